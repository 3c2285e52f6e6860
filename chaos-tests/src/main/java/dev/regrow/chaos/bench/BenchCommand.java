package dev.regrow.chaos.bench;

import dev.regrow.chaos.cluster.Distribution;
import dev.regrow.runtime.RuntimeFailure;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** `regrow bench NAME... [--count N] [-o json]`: runs benchmarks one after the other. */
public final class BenchCommand {

  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int DEFAULT_COUNT = 200;
  private static final int MOST = 10_000;

  private final PrintStream out;
  private final PrintStream err;

  public BenchCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** The exit code: 0 when every floor is kept, 1 when one is missed or a run failed, 2 usage. */
  public int run(List<String> arguments) {
    if (arguments.isEmpty() || arguments.contains("--help")) {
      usage(arguments.isEmpty() ? err : out);
      return arguments.isEmpty() ? USAGE : OK;
    }
    return parse(arguments).map(this::runAll).orElse(USAGE);
  }

  private record Wanted(List<Benchmark> benchmarks, int count, boolean json) {}

  private Optional<Wanted> parse(List<String> arguments) {
    var chosen = new ArrayList<Benchmark>();
    int count = DEFAULT_COUNT;
    boolean json = false;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      String value = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
      if (argument.equals("--count") && value.matches("[1-9][0-9]{0,4}")) {
        count = Math.min(MOST, Integer.parseInt(value));
        i++;
      } else if (argument.equals("-o") && (value.equals("json") || value.equals("table"))) {
        json = value.equals("json");
        i++;
      } else if (argument.equals("all")) {
        all().stream().filter(each -> !each.name().startsWith("store-")).forEach(chosen::add);
      } else {
        var named = all().stream().filter(each -> each.name().equals(argument)).findFirst();
        if (named.isEmpty()) {
          err.println("regrow: bench: `" + argument + "` is neither a benchmark nor an option");
          usage(err);
          return Optional.empty();
        }
        chosen.add(named.get());
      }
    }
    return Optional.of(new Wanted(chosen, count, json));
  }

  private int runAll(Wanted wanted) {
    var results = new LinkedHashMap<String, List<Figure>>();
    int exit = OK;
    for (Benchmark benchmark : wanted.benchmarks()) {
      Path scratch = null;
      try {
        scratch = Files.createTempDirectory(Path.of("/var/tmp"), "regrow-bench-");
        Files.setPosixFilePermissions(
            scratch, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        err.println(benchmark.name() + ": " + benchmark.question());
        var figures =
            benchmark.run(
                new Benchmark.Setting(Distribution.home(), scratch, wanted.count(), err::println));
        results.put(benchmark.name(), figures);
        if (!wanted.json()) {
          figures.forEach(out::println);
        }
        exit = figures.stream().allMatch(Figure::holds) ? exit : FAILED;
      } catch (Exception | AssertionError e) {
        err.println("regrow: bench " + benchmark.name() + " failed: " + e.getMessage());
        if (!(e instanceof AssertionError || e instanceof RuntimeFailure)) {
          err.println("  " + e.getClass().getSimpleName());
        }
        exit = FAILED;
      } finally {
        delete(scratch);
      }
    }
    if (wanted.json()) {
      out.println(json(results));
    }
    return exit;
  }

  static List<Benchmark> all() {
    return List.of(
        new StartBenchmark(),
        new HealBenchmark(),
        new ApiBenchmark(),
        new FootprintBenchmark(),
        new PullBenchmark(),
        new StoreBenchmark("store", List.of(1, 3)),
        new StoreBenchmark("store-1", List.of(1)),
        new StoreBenchmark("store-3", List.of(3)));
  }

  private void delete(@org.jspecify.annotations.Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      err.println("regrow: could not delete " + folder + ": " + e.getMessage());
    }
  }

  private static String json(Map<String, List<Figure>> results) {
    var text = new StringBuilder("{");
    String between = "";
    for (var result : results.entrySet()) {
      text.append(between).append('"').append(result.getKey()).append("\":[");
      between = ",";
      String separator = "";
      for (Figure figure : result.getValue()) {
        text.append(separator)
            .append("{\"name\":\"")
            .append(figure.name())
            .append("\",\"value\":")
            .append(figure.value())
            .append(",\"unit\":\"")
            .append(figure.unit())
            .append("\",\"atMost\":")
            .append(figure.atMost().isPresent() ? figure.atMost().getAsDouble() : "null")
            .append(",\"atLeast\":")
            .append(figure.atLeast().isPresent() ? figure.atLeast().getAsDouble() : "null")
            .append(",\"holds\":")
            .append(figure.holds())
            .append('}');
        separator = ",";
      }
      text.append(']');
    }
    return text.append('}').toString();
  }

  private static void usage(PrintStream to) {
    to.println("usage: regrow bench NAME... [--count N] [-o table|json]   (NAME or `all`)");
    all().forEach(each -> to.printf("  %-10s %s%n", each.name(), each.question()));
  }
}
