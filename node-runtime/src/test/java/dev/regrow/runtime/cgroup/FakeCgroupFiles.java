package dev.regrow.runtime.cgroup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A cgroup file system in a directory: making a cgroup makes its files, removing it removes them.
 */
final class FakeCgroupFiles extends CgroupFiles {

  private static final List<String> FILES =
      List.of(
          "cgroup.procs",
          "tasks",
          "cpu.shares",
          "cpu.cfs_period_us",
          "cpu.cfs_quota_us",
          "cpu.weight",
          "cpu.max",
          "cpu.stat",
          "cpuacct.usage",
          "memory.max",
          "memory.low",
          "memory.swap.max",
          "memory.oom.group",
          "memory.events",
          "memory.current",
          "memory.limit_in_bytes",
          "memory.soft_limit_in_bytes",
          "memory.oom_control",
          "pids.max",
          "pids.events",
          "pids.current",
          "cgroup.subtree_control");

  private int cgroupsThatCanBeMade = Integer.MAX_VALUE;

  void failAfter(int cgroups) {
    cgroupsThatCanBeMade = cgroups;
  }

  @Override
  boolean makeDirectory(Path dir) throws IOException {
    if (!Files.exists(dir) && cgroupsThatCanBeMade-- <= 0) {
      throw new IOException("No space left on device");
    }
    boolean made = super.makeDirectory(dir);
    if (made) {
      for (var file : FILES) {
        Files.writeString(dir.resolve(file), "");
      }
      Files.writeString(dir.resolve("cgroup.controllers"), "cpuset cpu io memory pids\n");
    }
    return made;
  }

  @Override
  boolean removeDirectory(Path dir) {
    if (!children(dir).isEmpty()) {
      return false;
    }
    try {
      if (Files.exists(dir)) {
        try (Stream<Path> files = Files.list(dir)) {
          for (var file : files.toList()) {
            Files.delete(file);
          }
        }
      }
      return super.removeDirectory(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
