package dev.regrow.runtime.cgroup;

import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.cgroup.Hierarchies.Controller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * From limits to the contents of cgroup files, in the order in which the kernel takes them.
 * Sources: cgroup-v2.rst, cgroup-v1/memory.rst, sched-bwc.rst of the kernel's documentation.
 */
final class LimitFiles {

  /** The kernel's default, in microseconds. */
  static final long QUOTA_PERIOD_US = 100_000;

  /** Less than this, and the kernel refuses the quota. */
  private static final long QUOTA_MIN_US = 1_000;

  /**
   * One file to write.
   *
   * @param optional whether the file may be missing, as those of swap accounting
   */
  record LimitFile(Controller controller, String name, String content, boolean optional) {
    private static LimitFile needed(Controller controller, String name, Object content) {
      return new LimitFile(controller, name, content.toString(), false);
    }

    private static LimitFile optional(Controller controller, String name, Object content) {
      return new LimitFile(controller, name, content.toString(), true);
    }
  }

  /** What the kernel gives a new cgroup. */
  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("cpu.weight", "100"),
          Map.entry("cpu.max", "max " + QUOTA_PERIOD_US),
          Map.entry("cpu.shares", "1024"),
          Map.entry("cpu.cfs_period_us", Long.toString(QUOTA_PERIOD_US)),
          Map.entry("cpu.cfs_quota_us", "-1"),
          Map.entry("memory.low", "0"),
          Map.entry("memory.max", "max"),
          Map.entry("memory.limit_in_bytes", "-1"),
          Map.entry("memory.memsw.limit_in_bytes", "-1"),
          Map.entry("pids.max", "max"));

  private LimitFiles() {}

  /** Whether a new cgroup has it without being told. */
  static boolean isDefault(LimitFile limit) {
    return limit.content().equals(DEFAULTS.get(limit.name()));
  }

  /** On cgroup v2. A process that hits the memory limit takes the whole instance with it. */
  static List<LimitFile> v2(Limits limits) {
    var files = new ArrayList<>(usualOfV2(limits));
    if (limits.ioWeight() > 0) { // A kernel may have either file, or both, or none.
      files.add(LimitFile.optional(Controller.IO, "io.weight", limits.ioWeight()));
      files.add(
          LimitFile.optional(Controller.IO, "io.bfq.weight", Math.min(1000, limits.ioWeight())));
    }
    return files;
  }

  private static List<LimitFile> usualOfV2(Limits limits) {
    return List.of(
        LimitFile.needed(Controller.CPU, "cpu.weight", weight(limits.cpuMillis())),
        LimitFile.needed(
            Controller.CPU,
            "cpu.max",
            (limits.cpuLimitMillis() == 0 ? "max" : quotaMicros(limits.cpuLimitMillis()))
                + " "
                + QUOTA_PERIOD_US),
        LimitFile.needed(Controller.MEMORY, "memory.max", orMax(limits.memoryLimitBytes())),
        LimitFile.optional(Controller.MEMORY, "memory.swap.max", 0),
        LimitFile.needed(Controller.MEMORY, "memory.low", limits.memoryBytes()),
        LimitFile.optional(Controller.MEMORY, "memory.oom.group", 1),
        LimitFile.needed(Controller.PIDS, "pids.max", orMax(limits.pids())));
  }

  /** On cgroup v1. The limit of memory with swap may never be below that of memory alone. */
  static List<LimitFile> v1(Limits limits) {
    var files = new ArrayList<LimitFile>();
    files.add(LimitFile.needed(Controller.CPU, "cpu.shares", shares(limits.cpuMillis())));
    files.add(LimitFile.optional(Controller.CPU, "cpu.cfs_period_us", QUOTA_PERIOD_US));
    files.add(
        LimitFile.optional(
            Controller.CPU,
            "cpu.cfs_quota_us",
            limits.cpuLimitMillis() == 0 ? -1 : quotaMicros(limits.cpuLimitMillis())));
    long memory = limits.memoryLimitBytes() == 0 ? -1 : limits.memoryLimitBytes();
    files.add(LimitFile.needed(Controller.MEMORY, "memory.limit_in_bytes", memory));
    files.add(LimitFile.optional(Controller.MEMORY, "memory.memsw.limit_in_bytes", memory));
    files.add(LimitFile.optional(Controller.MEMORY, "memory.swappiness", 0));
    files.add(
        LimitFile.optional(Controller.MEMORY, "memory.soft_limit_in_bytes", limits.memoryBytes()));
    files.add(LimitFile.needed(Controller.PIDS, "pids.max", orMax(limits.pids())));
    return files;
  }

  /**
   * Shares count only as far as those above grant them: a cgroup that holds several instances gets
   * the sum of theirs.
   */
  static LimitFile cpuShare(boolean v2, long cpuMillis) {
    return v2
        ? LimitFile.needed(Controller.CPU, "cpu.weight", weight(cpuMillis))
        : LimitFile.needed(Controller.CPU, "cpu.shares", shares(cpuMillis));
  }

  /** v2: like shares, protection is handed down from above. */
  static LimitFile memoryProtection(long memoryBytes) {
    return LimitFile.needed(Controller.MEMORY, "memory.low", memoryBytes);
  }

  /** 1..10000, where one core is 100, the kernel's default: linear, unlike what others convert. */
  static long weight(long cpuMillis) {
    return Math.max(1, Math.min(10_000, Math.round(cpuMillis / 10.0)));
  }

  /** 2..262144, where one core is 1024, the kernel's default. */
  static long shares(long cpuMillis) {
    return Math.max(2, Math.min(262_144, cpuMillis * 1024 / 1000));
  }

  private static long quotaMicros(long cpuLimitMillis) {
    return Math.max(QUOTA_MIN_US, cpuLimitMillis * QUOTA_PERIOD_US / 1000);
  }

  private static Object orMax(long value) {
    return value == 0 ? "max" : value;
  }
}
