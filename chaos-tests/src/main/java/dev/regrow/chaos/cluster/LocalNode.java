package dev.regrow.chaos.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One real node as a JVM of its own, started by the distribution's launcher on a loopback address.
 *
 * <pre>
 *   stopped ──start──▶ running ──kill9 | term──▶ stopped (its instances live on)
 *                                  any ──close──▶ swept: nothing of it is left on the machine
 * </pre>
 */
public final class LocalNode implements AutoCloseable {

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration SWEPT_WITHIN = Duration.ofSeconds(60);
  private static final int GATEWAY_PORT = 7400;
  private static final int LOG_LINES_SHOWN = 40;

  private Path home;
  private final Path data;
  private final String name;
  private final String address;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>(Map.of("NO_COLOR", "1"));
  private final List<String> prefix = new ArrayList<>();
  private boolean untold;
  private URI reached;
  private @Nullable Process process;

  /**
   * @param home of an unpacked distribution
   * @param data made if absent; kept by everything but {@code --purge}
   * @param address of the loopback range, one per node
   */
  public LocalNode(Path home, Path data, String name, String address) {
    this.home = home;
    this.data = data;
    this.name = name;
    this.address = address;
    this.reached = URI.create("http://" + address + ":" + GATEWAY_PORT);
  }

  /** Further options of `regrow node`, from the next start on. */
  public LocalNode with(String... more) {
    options.addAll(List.of(more));
    return this;
  }

  /** In a network namespace, from the next start on: its file, as /run/netns/NAME. */
  public LocalNode inside(Path networkNamespace) {
    prefix.clear();
    prefix.addAll(List.of("nsenter", "--net=" + networkNamespace));
    return this;
  }

  /**
   * Is told neither its name nor its address from the next start on, but finds its machine called
   * so.
   */
  public LocalNode untold() {
    untold = true;
    return this;
  }

  /** Where its gateway is reached from here, if not at its own address. */
  public LocalNode reachedAt(URI uri) {
    reached = uri;
    return this;
  }

  /** A variable of its environment, from the next start on. */
  public LocalNode withVariable(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** Another unpacked distribution, from the next start on. */
  public LocalNode from(Path otherHome) {
    home = otherHome;
    return this;
  }

  /** Which it binds. */
  public String address() {
    return address;
  }

  /** Starts the JVM and returns at once. */
  public LocalNode launch() {
    try {
      Files.createDirectories(data);
      var builder = new ProcessBuilder(new ArrayList<>(prefix));
      if (untold) {
        var called = "hostname %s && exec \"$@\"".formatted(name);
        builder.command().addAll(List.of("unshare", "--uts", "sh", "-c", called, "sh"));
        builder.command().addAll(command("node"));
      } else {
        builder.command().addAll(command("node", "--name", name, "--bind", address));
      }
      builder.command().addAll(List.of("--data", data.toString()));
      builder.command().addAll(options);
      builder.environment().putAll(environment);
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()));
      builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("start a node from " + home, e);
    }
    return this;
  }

  /** Starts the JVM and waits until it serves. */
  public LocalNode start() {
    return launch().awaitReady();
  }

  /** Waits until /readyz says so. */
  public LocalNode awaitReady() {
    try {
      Await.until("node " + name + " to be ready", READY_WITHIN, this::readiness, "200"::equals);
    } catch (AssertionError late) {
      throw new AssertionError(late.getMessage() + "\nits output ends:\n" + outputTail(), late);
    }
    return this;
  }

  /** "200" when it serves, else what it says or why it cannot be reached. */
  public String readiness() {
    if (process != null && !process.isAlive()) {
      return "the JVM has ended with exit code " + process.exitValue();
    }
    try {
      var answer =
          http.send(
              HttpRequest.newBuilder(uri().resolve("/readyz"))
                  .timeout(Duration.ofSeconds(2))
                  .build(),
              BodyHandlers.ofString());
      return answer.statusCode() == 200 ? "200" : answer.statusCode() + " " + answer.body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for node " + name, e);
    }
  }

  /** Kills the JVM as a crash would: nothing of it runs any more, its instances go on. */
  public void kill9() {
    end(running().destroyForcibly());
  }

  /** Ends the JVM in order, as a restart or an upgrade does; its instances go on. */
  public void term() {
    Process stopping = running();
    stopping.destroy();
    end(stopping);
  }

  /** Tells the JVM to end in order, and does not wait for it. */
  public void tellToEnd() {
    running().destroy();
  }

  /**
   * Waits for the end of a JVM that was told to end.
   *
   * @return whether it came in time
   */
  public boolean hasEndedWithin(Duration time) {
    try {
      return running().waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while node " + name + " ended", e);
    }
  }

  /** Of the JVM. */
  public long pid() {
    return running().pid();
  }

  public Path data() {
    return data;
  }

  public String name() {
    return name;
  }

  /** Where `node` wrote the address and the admin token. */
  public Path contextFile() {
    return data.resolve("context.json");
  }

  public URI uri() {
    return reached;
  }

  /** Whether its JVM lives, even if stopped. */
  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  /** All that its JVMs have written so far with these words in it. */
  public List<String> outputLines(String words) {
    try (var lines = Files.lines(output())) {
      return lines.filter(line -> line.contains(words)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("read " + output(), e);
    }
  }

  /** What its JVMs called a bug of their own, each with where it was. */
  public List<String> bugs() {
    try {
      return Bugs.in(Files.readAllLines(output()));
    } catch (IOException e) {
      throw new UncheckedIOException("read " + output(), e);
    }
  }

  /** The last lines that the JVM wrote. */
  public String outputTail() {
    try {
      List<String> lines = Files.readAllLines(output());
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    } catch (IOException e) {
      return "(" + e + ")";
    }
  }

  /** A command line of the distribution's launcher. */
  public List<String> command(String... arguments) {
    var command = new ArrayList<String>();
    command.add(home.resolve("bin/regrow").toString());
    command.addAll(List.of(arguments));
    return command;
  }

  /** What a command wrote to its standard output, and to the other when it failed. */
  public record Said(int exitCode, String text) {}

  /**
   * Runs a command of the launcher where the node runs.
   *
   * @param more variables of its environment
   */
  public Said say(Map<String, String> more, List<String> arguments) {
    var command = new ArrayList<>(prefix);
    command.addAll(command(arguments.toArray(String[]::new)));
    try {
      Path errors = Files.createTempFile("regrow-said", ".err");
      var builder = new ProcessBuilder(command).redirectError(errors.toFile());
      builder.environment().putAll(environment);
      builder.environment().putAll(more);
      Process saying = builder.start();
      var text = new String(saying.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!saying.waitFor(READY_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
        saying.destroyForcibly();
        throw new AssertionError(arguments + " did not end within " + READY_WITHIN);
      }
      var wrong = Files.readString(errors);
      Files.delete(errors);
      return new Said(saying.exitValue(), saying.exitValue() == 0 ? text : text + wrong);
    } catch (IOException e) {
      throw new UncheckedIOException("run " + arguments, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while running " + arguments, e);
    }
  }

  /** Ends the JVM and removes its instances and all else it made, except its data. */
  @Override
  public void close() {
    if (isRunning()) {
      kill9();
    }
    sweep();
  }

  private void sweep() {
    if (!Files.isDirectory(data)) {
      return; // It was never started.
    }
    try {
      var log = data.resolve("sweep.out");
      Process sweep =
          new ProcessBuilder(command("sweep", data.toString()))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!sweep.waitFor(SWEPT_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
        sweep.destroyForcibly();
        throw new AssertionError("the sweep of " + data + " took over " + SWEPT_WITHIN);
      }
      if (sweep.exitValue() != 0) {
        throw new AssertionError("the sweep failed: " + Files.readString(log));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("sweep " + data, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while sweeping " + data, e);
    }
  }

  private void end(Process ending) {
    try {
      if (!ending.waitFor(READY_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError(
            "node " + name + " did not end within " + READY_WITHIN + "\n" + outputTail());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while node " + name + " ended", e);
    }
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException("node " + name + " was not started");
    }
    return process;
  }

  private Path output() {
    return data.resolveSibling(data.getFileName() + ".out");
  }
}
