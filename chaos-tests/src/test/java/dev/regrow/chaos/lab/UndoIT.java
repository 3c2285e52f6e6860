package dev.regrow.chaos.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Leftovers;
import dev.regrow.chaos.scenario.Effort;
import dev.regrow.chaos.scenario.RealNodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Killing the harness at any moment leaves no fault in place. */
@RealNodes
class UndoIT {

  private static final Duration IN_PLACE_WITHIN = Duration.ofSeconds(60);
  private static final Duration UNDONE_WITHIN = Duration.ofSeconds(60);
  private static final int LIFE_MILLIS_MAX = 6000;

  private final Path said;

  UndoIT(@TempDir Path folder) {
    this.said = folder.resolve("said");
  }

  @Test
  void a_harness_that_is_killed_with_everything_in_place_leaves_nothing() throws Exception {
    var harness = start();
    var lines = awaitLines(3);

    harness.destroyForcibly().waitFor();

    awaitNothing(uid(lines), lines.get(1));
  }

  @Test
  void a_harness_that_is_killed_at_any_moment_leaves_nothing() throws Exception {
    var random = new Random(Effort.seed("undo"));
    for (int round = 0; round < Effort.of("rounds", 2, 30); round++) {
      Files.deleteIfExists(said);
      var harness = start();
      var first = awaitLines(1);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LIFE_MILLIS_MAX)));

      harness.destroyForcibly().waitFor();

      var lines = Files.readAllLines(said);
      awaitNothing(uid(first), lines.size() > 1 ? lines.get(1) : uid(first));
    }
  }

  @Test
  void what_a_harness_and_its_watcher_left_is_undone_by_the_next() throws Exception {
    var harness = start();
    var lines = awaitLines(3);
    Path lab = Path.of(lines.get(0));
    for (String owner : Files.readAllLines(lab.resolve("owners"))) {
      long pid = Long.parseLong(owner.split(" ", 2)[0]);
      // The watcher first, or it would see the harness die.
      if (pid != harness.pid()) {
        var watcher = ProcessHandle.of(pid).orElseThrow();
        watcher.destroyForcibly();
        watcher.onExit().join();
      }
    }
    harness.destroyForcibly().waitFor();
    assertThat(Lab.traces(uid(lines))).isNotEmpty();

    var undone = Undo.abandoned();

    assertThat(undone).contains(lab);
    awaitNothing(uid(lines), lines.get(1));
  }

  private Process start() throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            java,
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            LabHolder.class.getName(),
            RealNodes.Here.home().toString())
        .redirectErrorStream(true)
        .redirectOutput(said.toFile())
        .start();
  }

  private List<String> awaitLines(int count) {
    return Await.until(
        "the harness to say " + count + " lines",
        IN_PLACE_WITHIN,
        () -> {
          try {
            return Files.readAllLines(said);
          } catch (IOException e) {
            return List.of(e.toString());
          }
        },
        lines -> lines.size() >= count && lines.get(0).startsWith(Undo.PARENT.toString()));
  }

  private static String uid(List<String> lines) {
    return lines.get(0).substring(lines.get(0).length() - 6);
  }

  private static void awaitNothing(String uid, String nodeUid) {
    Await.until("nothing of lab " + uid, UNDONE_WITHIN, () -> Lab.traces(uid), List::isEmpty);
    assertThat(Leftovers.of(nodeUid)).isEmpty();
  }
}
