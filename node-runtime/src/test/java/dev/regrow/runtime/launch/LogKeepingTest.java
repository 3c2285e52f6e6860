package dev.regrow.runtime.launch;

import static dev.regrow.runtime.launch.SpecBuilder.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.syscall.MountFlag;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.nio.file.Files;
import java.util.EnumSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the shim keeps of what an instance writes, and what it says of the rest. */
@Tag("kernel")
final class LogKeepingTest {

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  @SuppressWarnings("NullAway.Init")
  private TestNode node;

  @BeforeEach
  void start() {
    node = new TestNode(host.nodeUid());
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void a_burst_is_kept_whole_or_what_is_missing_is_counted() {
    node.logBytes = 1 << 28;
    var attempt = node.launch(shell("head -c 20000000 /dev/zero").build());
    long told = Long.parseLong(attempt.awaitEnd().get("log.dropped"));

    long kept = Frames.of(attempt.log).stream().mapToLong(frame -> frame.bytes().length).sum();

    assertThat(kept + told).isEqualTo(20_000_000);
  }

  @Test
  void files_are_bounded_in_size_and_number() throws Exception {
    node.logBytes = 200_000;
    var attempt = node.launch(shell("head -c 5000000 /dev/zero").build());
    attempt.awaitEnd();

    try (var files = Files.list(attempt.log)) {
      assertThat(files.map(file -> file.toFile().length()).toList())
          .hasSize(3)
          .allMatch(bytes -> bytes <= 200_000);
    }
    assertThat(Frames.of(attempt.log)).isNotEmpty();
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
