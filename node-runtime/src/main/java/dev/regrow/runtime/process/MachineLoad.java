package dev.regrow.runtime.process;

import dev.regrow.runtime.Load;
import dev.regrow.runtime.cgroup.Pressure;
import dev.regrow.runtime.state.ProcFs;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** Reads what is used of this machine: proc(5). */
final class MachineLoad {

  /** Of a clock tick, as USER_HZ is 100 everywhere. */
  private static final long TICK_NANOS = 10_000_000;

  private static final int IDLE = 4;
  private static final int IO_WAIT = 5;
  private static final int GUEST = 9;
  private static final long KIBI = 1024;

  private MachineLoad() {}

  static Load.OfMachine now(long bootNanos) {
    var memory = ProcFs.text("meminfo");
    long total = kibibytes(memory, "MemTotal:") * KIBI;
    return new Load.OfMachine(
        bootNanos,
        Runtime.getRuntime().availableProcessors(),
        busyTicks(ProcFs.text("stat")) * TICK_NANOS,
        total - kibibytes(memory, "MemAvailable:") * KIBI,
        total,
        Pressure.parse(MachineLoad::pressure));
  }

  private static String pressure(String resource) {
    try {
      return ProcFs.text("pressure/" + resource);
    } catch (UncheckedIOException notHere) {
      return "";
    }
  }

  /** The first line of /proc/stat: user nice system idle iowait irq softirq steal guest ... */
  static long busyTicks(String stat) {
    var fields = stat.lines().findFirst().orElse("").trim().split("\\s+", -1);
    long busy = 0;
    for (int i = 1; i < Math.min(fields.length, GUEST); i++) {
      busy += i == IDLE || i == IO_WAIT ? 0 : Long.parseLong(fields[i]);
    }
    return busy;
  }

  static long kibibytes(String meminfo, String name) {
    return meminfo
        .lines()
        .filter(line -> line.startsWith(name))
        .flatMap(line -> Arrays.stream(line.split("\\s+", -1)).skip(1).limit(1))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }
}
