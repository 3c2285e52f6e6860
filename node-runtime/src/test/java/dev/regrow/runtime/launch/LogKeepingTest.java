package dev.regrow.runtime.launch;

import static dev.regrow.runtime.launch.SpecBuilder.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.syscall.MountFlag;
import java.io.File;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the shim keeps of what an instance writes, and what it says of the rest. */
final class LogKeepingTest extends LaunchCase {

  @Test
  void a_burst_is_kept_whole_or_what_is_missing_is_counted() {
    node.logBytes = 1 << 28;
    var attempt = node.launch(shell("head -c 20000000 /dev/zero").build());
    long told = Long.parseLong(attempt.awaitEnd().get("log.dropped"));

    long kept = Frames.of(attempt.log).stream().mapToLong(frame -> frame.bytes().length).sum();

    assertThat(kept + told).isEqualTo(20_000_000);
  }

  /** As long as it takes: of what comes faster than the disk takes it, any part may be dropped. */
  @Test
  void files_are_bounded_in_size_and_number() throws Exception {
    node.logBytes = 200_000;
    var attempt =
        node.launch(shell("while :; do head -c 30000 /dev/zero; sleep 0.01; done").build());
    TestNode.await(() -> files(attempt).size() == 3, () -> "files: " + files(attempt));

    long then = Collections.max(written(attempt));
    TestNode.await(
        () -> Collections.min(written(attempt)) > then,
        () -> "last written " + written(attempt) + ", all are to be after " + then);
    attempt.command(2, 0, 0);
    attempt.awaitEnd();

    assertThat(files(attempt)).hasSize(3).allMatch(file -> file.length() <= 200_000);
    assertThat(Frames.of(attempt.log)).isNotEmpty();
  }

  private static List<File> files(TestNode.Attempt attempt) {
    return List.of(Objects.requireNonNull(attempt.log.toFile().listFiles(), "no directory"));
  }

  /** When each was last written; 0 for one that is just being renamed. */
  private static List<Long> written(TestNode.Attempt attempt) {
    return files(attempt).stream().map(File::lastModified).toList();
  }

  @Test
  void a_full_disk_stops_nobody_and_what_was_lost_is_told_when_there_is_room_again()
      throws Exception {
    var disk = node.home.resolve("disk");
    TestNode.privately(disk);
    node.kernel.mount("regrow", disk, "tmpfs", EnumSet.of(MountFlag.NOSUID), "size=256k");
    try {
      node.logs = disk;
      node.logBytes = 1 << 28;
      var attempt =
          node.launch(
              shell(
                      "head -c 3000000 /dev/zero; echo full >&2; while [ ! -e /tmp/never ]; do echo tick; sleep 0.02; done")
                  .build());
      TestNode.await(
          () -> disk.toFile().getUsableSpace() < 80_000,
          () -> "free: " + disk.toFile().getUsableSpace());
      node.kernel.mount(null, disk, null, EnumSet.of(MountFlag.REMOUNT), "size=16m");
      attempt.awaitOutput("tick\n");

      var frames = Frames.of(attempt.log);
      long kept =
          frames.stream()
              .filter(f -> f.stream() == 1 && f.bytes().length > 5)
              .mapToLong(f -> f.bytes().length)
              .sum();
      assertThat(frames.stream().mapToLong(Frames::dropped).sum())
          .isGreaterThan(3_000_000 - kept - 1);
      attempt.command(2, 0, 0);
      assertThat(attempt.awaitEnd()).containsEntry("killed", "command");
    } finally {
      node.kernel.umountDetached(disk);
    }
  }
}
