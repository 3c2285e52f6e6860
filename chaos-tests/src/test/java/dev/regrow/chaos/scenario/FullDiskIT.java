package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.client.ApiException;
import dev.regrow.v1.Instance;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A full disk stops changes, not workloads; once there is space again, all goes on by itself. */
@RealNodes
class FullDiskIT {

  private static final int DATA_MEBIBYTES = 160;
  private static final int LOGS_MEBIBYTES = 4;
  private static final int CHUNK = 4096;
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final long BYTES_MORE = 200;

  @Test
  void a_full_data_disk_refuses_changes_and_takes_them_again_when_there_is_space() {
    try (Arena arena = Arena.open(RealNodes.Here.home())) {
      Path disk = arena.smallDisk(arena.scratch().resolve("full-data"), DATA_MEBIBYTES);
      ServedNode node = arena.node("full-data").start();
      node.apply(Programs.counter("steady", 2));
      Instance steady = node.awaitReady("steady", 2).get(0);
      Proc.Identity process = Proc.identity(steady.getPid()).orElseThrow();
      Proc.Identity jvm = Proc.identity(node.jvm().pid()).orElseThrow();

      Path filler = fill(disk);
      Await.until("a change to be refused", SOON, () -> refusal(node), FullDiskIT::isDiskFull);
      assertThatThrownBy(() -> node.apply(Programs.sleeper("late", 0)))
          .isInstanceOf(ApiException.DiskFull.class)
          .hasMessageContaining("disk");
      assertThat(node.instances("steady")).as("reads go on").hasSize(2);
      awaitWriting(steady);
      assertThat(Proc.alive(process)).as("workloads go on").isTrue();

      delete(filler);
      Await.until("changes to be taken again", SOON, () -> refusal(node), String::isEmpty);
      assertThat(Proc.alive(jvm)).as("without a restart").isTrue();
      assertThat(Proc.alive(process)).isTrue();
      assertThat(node.awaitReady("steady", 2).get(0).getRestarts()).isZero();
      node.apply(Programs.counter("steady", 3));
      node.awaitReady("steady", 3);

      node.jvm().kill9();
      node.start();
      assertThat(node.find("late")).as("what was taken before the crash").isPresent();
    }
  }

  @Test
  void a_full_log_disk_stops_no_workload_and_no_change() {
    try (Arena arena = Arena.open(RealNodes.Here.home())) {
      Path disk = arena.smallDisk(arena.scratch().resolve("full-logs/logs"), LOGS_MEBIBYTES);
      ServedNode node = arena.node("full-logs").start();
      node.apply(Programs.counter("steady", 1));
      Instance steady = node.awaitReady("steady", 1).get(0);
      Proc.Identity process = Proc.identity(steady.getPid()).orElseThrow();

      Path filler = fill(disk);
      for (int i = 0; i < 3; i++) {
        awaitWriting(steady); // A pipe of 64 KiB would hold up a writer that nobody reads.
      }
      node.apply(Programs.sleeper("late", 1));
      node.awaitReady("late", 1);
      assertThat(Proc.alive(process)).isTrue();

      delete(filler);
      long before = node.logBytesOnDisk(steady);
      Await.until(
          "its log to go on",
          SOON,
          () -> node.logBytesOnDisk(steady),
          bytes -> bytes > before + BYTES_MORE);
      assertThat(Proc.alive(process)).isTrue();
    }
  }

  /** "" when a change is taken, else what stood against it. */
  private static String refusal(ServedNode node) {
    try {
      node.apply(Programs.sleeper("late", 0));
      return "";
    } catch (ApiException e) {
      return e.problem().getStatus() + " " + e.getMessage();
    }
  }

  private static boolean isDiskFull(String refusal) {
    return refusal.startsWith("507 ");
  }

  private static void awaitWriting(Instance instance) {
    long before = written(instance.getPid());
    Await.until(
        instance.getSlot() + " to go on writing",
        SOON,
        () -> written(instance.getPid()),
        bytes -> bytes > before + BYTES_MORE);
  }

  /** The bytes that a process has written, taken from /proc/PID/io. */
  private static long written(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "io")).stream()
          .filter(line -> line.startsWith("wchar: "))
          .mapToLong(line -> Long.parseLong(line.substring("wchar: ".length())))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException("read what pid " + pid + " has written", e);
    }
  }

  private static Path fill(Path disk) {
    Path filler = disk.resolve("filler");
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(new byte[CHUNK]);
      }
    } catch (IOException full) {
      return filler;
    }
  }

  private static void delete(Path filler) {
    try {
      Files.delete(filler);
    } catch (IOException e) {
      throw new UncheckedIOException("delete " + filler, e);
    }
  }
}
