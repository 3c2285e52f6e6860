package dev.regrow.cli.local;

import dev.regrow.cli.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ends and removes what the nodes of this machine ran, once the nodes have ended: side by side, so
 * that none waits for the grace that another one's instances have.
 */
final class Sweeps {

  private final Launcher launcher;
  private final Duration within;

  /**
   * @param within how long all of it may take
   */
  Sweeps(Launcher launcher, Duration within) {
    this.launcher = launcher;
    this.within = within;
  }

  /**
   * All of them, even if one fails.
   *
   * @param nodes names and data directories
   * @throws Failure naming the first node of which something is left
   */
  void of(Map<String, Path> nodes) {
    long deadline = System.nanoTime() + within.toNanos();
    var running = new LinkedHashMap<String, Launcher.Program>();
    var outputs = new ArrayList<Path>();
    var failures = new ArrayList<Failure>();
    nodes.forEach(
        (name, data) -> {
          try {
            var output = Files.createTempFile("regrow-sweep", ".log");
            outputs.add(output);
            running.put(name, launcher.begin(output, "sweep", data.toString()));
          } catch (IOException e) {
            failures.add(failure(name, e));
          }
        });
    running.forEach(
        (name, program) -> {
          try {
            program.awaitEnd(Duration.ofNanos(deadline - System.nanoTime()));
          } catch (IOException e) {
            failures.add(failure(name, e));
          }
        });
    delete(outputs);
    failures.stream()
        .findFirst()
        .ifPresent(
            first -> {
              throw first;
            });
  }

  private static Failure failure(String name, IOException e) {
    return Failure.error(
        "what node %s ran cannot be stopped completely: %s\ntry again: sudo regrow down"
            .formatted(name, e.getMessage()));
  }

  private static void delete(List<Path> outputs) {
    for (var output : outputs) {
      try {
        Files.deleteIfExists(output);
      } catch (IOException e) {
        throw Failure.error("cannot delete " + output + ": " + e.getMessage());
      }
    }
  }
}
