package dev.regrow.runtime.cgroup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Weights of cgroups mean something to a disk only whose scheduler is BFQ, or for which iocost was
 * switched on: Documentation/admin-guide/cgroup-v2.rst.
 */
final class IoWeight {

  private static final Path IOCOST = Path.of("/sys/fs/cgroup/io.cost.qos");

  private IoWeight() {}

  /**
   * Why a weight has no effect, in a sentence.
   *
   * @param controller whether cgroups of version 2 have it
   * @param disks a directory with one for each, as /sys/block
   */
  static Optional<String> lack(boolean controller, Path disks) {
    if (!controller) {
      return Optional.of(
          "its ioWeight has no effect: this machine's cgroups of version 2 have no io controller");
    }
    return anyWeighs(disks) || text(IOCOST).contains("enable=1")
        ? Optional.empty()
        : Optional.of(
            "its ioWeight has no effect: no disk here has the scheduler bfq (echo bfq > /sys/block/DISK/queue/scheduler)");
  }

  private static boolean anyWeighs(Path disks) {
    try (Stream<Path> all = Files.list(disks)) {
      return all.anyMatch(disk -> text(disk.resolve("queue/scheduler")).contains("[bfq]"));
    } catch (IOException | UncheckedIOException | DirectoryIteratorException e) {
      return false;
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
