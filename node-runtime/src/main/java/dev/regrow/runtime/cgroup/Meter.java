package dev.regrow.runtime.cgroup;

import dev.regrow.runtime.Load;
import dev.regrow.runtime.Machine.CgroupWorld;
import dev.regrow.runtime.cgroup.Hierarchies.Controller;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Reads what a cgroup and all below it use. */
record Meter(Hierarchies hierarchies, CgroupFiles files) {

  private static final long NANOS_PER_MICRO = 1_000;

  /**
   * @param directory of the cgroup, by the mount point of the hierarchy
   * @return 0 where it does not exist, or where this machine does not count
   */
  Load.Usage usage(UnaryOperator<Path> directory) {
    boolean v2 = hierarchies.world() == CgroupWorld.V2;
    var memory = hierarchies.root(Controller.MEMORY).map(directory);
    var pids = hierarchies.root(Controller.PIDS).map(directory);
    // What the kernel could drop at once (cached files that nobody used lately) is not in use.
    long droppable = keyed(memory, "memory.stat", v2 ? "inactive_file" : "total_inactive_file");
    long held = number(memory, v2 ? "memory.current" : "memory.usage_in_bytes");
    return new Load.Usage(
        cpuNanos(directory), Math.max(0, held - droppable), number(pids, "pids.current"));
  }

  private long cpuNanos(UnaryOperator<Path> directory) {
    var unified = Optional.ofNullable(hierarchies.unified()).map(directory);
    return unified.isPresent()
        ? keyed(unified, "cpu.stat", "usage_usec") * NANOS_PER_MICRO
        : number(hierarchies.root(Controller.CPUACCT).map(directory), "cpuacct.usage");
  }

  private long keyed(Optional<Path> cgroup, String file, String key) {
    return cgroup.map(dir -> Counters.value(files.read(dir.resolve(file)), key)).orElse(0L);
  }

  private long number(Optional<Path> cgroup, String file) {
    return cgroup.map(dir -> files.readNumber(dir.resolve(file))).orElse(0L);
  }
}
