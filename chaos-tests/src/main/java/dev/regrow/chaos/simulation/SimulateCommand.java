package dev.regrow.chaos.simulation;

import java.io.PrintStream;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code regrow chaos simulate}: many schedules, or one large fleet. */
public final class SimulateCommand {

  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final List<String> OPTIONS =
      List.of(
          "seed",
          "schedules",
          "operations",
          "faults",
          "bug",
          "nodes",
          "workloads",
          "replicas",
          "output");

  private final PrintStream out;
  private final PrintStream err;

  public SimulateCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** The exit code: 0 when every promise was kept, 1 when one was broken, 2 wrong usage. */
  public int run(List<String> arguments) {
    if (arguments.contains("--help")) {
      usage(out);
      return OK;
    }
    var given = new HashMap<String, String>();
    for (int i = 0; i < arguments.size(); i += 2) {
      var written = arguments.get(i).equals("-o") ? "--output" : arguments.get(i);
      var name = written.replaceFirst("^--", "");
      var value = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
      if (!OPTIONS.contains(name) || !written.startsWith("--") || !fits(name, value)) {
        err.println(
            "regrow: chaos simulate: `%s %s` is no option".formatted(arguments.get(i), value));
        usage(err);
        return USAGE;
      }
      given.put(name, value);
    }
    return given.containsKey("nodes") ? fleet(given) : schedules(given);
  }

  private static boolean fits(String name, String value) {
    return switch (name) {
      case "bug" -> bug(value).isPresent();
      case "output" -> value.equals("json") || value.equals("table");
      default -> value.matches("[0-9]{1,18}");
    };
  }

  private static boolean asJson(Map<String, String> given) {
    return "json".equals(given.get("output"));
  }

  private static java.util.Optional<Bug> bug(String word) {
    return Stream.of(Bug.values()).filter(bug -> bug.word().equals(word)).findFirst();
  }

  private static int number(Map<String, String> given, String name, int otherwise) {
    var value = given.get(name);
    return value == null ? otherwise : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(value));
  }

  private int schedules(Map<String, String> given) {
    long first = Long.parseLong(given.getOrDefault("seed", "1"));
    int runs = number(given, "schedules", 100);
    int operations = number(given, "operations", 50);
    int faults = number(given, "faults", 10);
    Set<Bug> bugs =
        given.containsKey("bug")
            ? EnumSet.of(bug(given.get("bug")).orElseThrow())
            : EnumSet.noneOf(Bug.class);
    long begun = System.nanoTime();
    for (long seed = first; seed < first + runs; seed++) {
      var outcome = Simulation.run(seed, operations, faults, bugs);
      if (!outcome.broken().isEmpty()) {
        if (asJson(given)) {
          out.println(SimulationJson.of(outcome));
        } else {
          tell(outcome, operations, faults, bugs);
        }
        return FAILED;
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    if (asJson(given)) {
      out.println(SimulationJson.of(first, runs, operations, faults, seconds));
      return OK;
    }
    out.printf(
        Locale.ROOT,
        "%d schedules of %d nodes, %d operations and %d faults kept every promise; %.0f schedules a"
            + " minute%n",
        runs,
        Schedule.NODES,
        operations,
        faults,
        60 * runs / seconds);
    return OK;
  }

  private void tell(Simulation.Outcome outcome, int operations, int faults, Set<Bug> bugs) {
    out.printf("seed %d breaks a promise%n", outcome.seed());
    outcome.broken().forEach(out::println);
    out.println("looking for less that breaks it, too ...");
    var least = Simulation.shrunk(outcome.seed(), operations, faults, bugs);
    out.println(least.script());
    least.broken().stream().findFirst().ifPresent(out::println);
    var bug = bugs.stream().map(one -> " --bug " + one.word()).collect(Collectors.joining());
    out.printf(
        "again: regrow chaos simulate --seed %d --schedules 1 --operations %d --faults %d%s%n",
        outcome.seed(), operations, faults, bug);
  }

  private int fleet(Map<String, String> given) {
    int replicas = Math.max(1, number(given, "replicas", 10));
    var size =
        new FleetSimulation.Size(
            Math.max(10, number(given, "nodes", 5_000)),
            Math.max(1, number(given, "workloads", 100_000)),
            Math.min(4_096, replicas),
            Long.parseLong(given.getOrDefault("seed", "1")));
    var result = FleetSimulation.run(size);
    long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    int exit = result.nowhere() == 0 ? OK : FAILED;
    if (asJson(given)) {
      out.println(SimulationJson.of(size, result, used));
      return exit;
    }
    out.printf(
        Locale.ROOT,
        "%d nodes, %d workloads, %d instances: %d placed in %.1f s, %d placements a second on one"
            + " thread; %d refused by nodes and placed again, %d found no place; heap %d MiB%n",
        size.nodes(),
        size.workloads(),
        size.instances(),
        result.placed(),
        result.seconds(),
        result.perSecond(),
        result.refused(),
        result.nowhere(),
        used >> 20);
    line("as placed", result.quality());
    line("greedy, all-knowing", result.greedy());
    return exit;
  }

  private void line(String what, FleetQuality.Figures figures) {
    out.printf(
        Locale.ROOT,
        "%-20s utilisation %.1f %% on average, deviation %.2f, fullest node %.1f %%; spread error"
            + " %.3f %%%n",
        what,
        100 * figures.mean(),
        100 * figures.deviation(),
        100 * figures.fullest(),
        100 * figures.spreadError());
  }

  private static void usage(PrintStream to) {
    to.println(
        "usage: regrow chaos simulate [--seed N] [--schedules N] [--operations N] [--faults N]"
            + " [--bug NAME] [-o table|json]");
    to.println(
        "       regrow chaos simulate --nodes N --workloads M [--replicas R] [--seed N] [-o"
            + " table|json]   (one large fleet)");
    to.println(
        "  bugs to try the checkers with: "
            + Stream.of(Bug.values()).map(Bug::word).collect(Collectors.joining(" ")));
  }
}
