package dev.regrow.chaos.lab;

import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.Injector.Injection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** What a node is told of its disk and its clock. */
final class DiskAndClockFaults {

  private final Map<String, SmallDisk> small = new HashMap<>();

  /** Before its first start: its disk can be filled. */
  void smallDisk(Machine machine, int mebibytes) {
    small.put(machine.name(), SmallDisk.under(machine, mebibytes));
  }

  boolean hasSmallDisk(String machine) {
    return small.containsKey(machine);
  }

  Injection inject(Fault fault, Machine machine) {
    var preload = machine.preload();
    return switch (fault.kind()) {
      case DISK_FULL -> {
        var disk = Objects.requireNonNull(small.get(machine.name()));
        disk.fill();
        yield injected(machine, "disk full", disk::empty);
      }
      case DISK_SLOW -> {
        preload.slow(millis(fault, "delay"));
        yield injected(machine, "disk slow", () -> preload.slow(Duration.ZERO));
      }
      case DISK_FAILING -> {
        preload.failing(fault.setting("share"));
        yield injected(machine, "disk failing", () -> repaired(machine, () -> preload.failing(0)));
      }
      case DISK_READ_ONLY -> {
        preload.readOnly(true);
        yield injected(
            machine, "disk read-only", () -> repaired(machine, () -> preload.readOnly(false)));
      }
      case CLOCK_JUMP -> {
        preload.clockBy(millis(fault, "by"));
        yield injected(machine, "clock wrong", () -> preload.clockBy(Duration.ZERO));
      }
      case CLOCK_DRIFT -> {
        preload.clockGains(millis(fault, "gains"));
        yield injected(machine, "clock drifts", () -> preload.clockGains(Duration.ZERO));
      }
      default -> throw new IllegalArgumentException(fault + " is none of a disk or clock");
    };
  }

  /**
   * What a disk refused may be lost, whatever it says later: a server does not go on until its node
   * is started again, and says so.
   */
  private static void repaired(Machine machine, Runnable repair) {
    repair.run();
    if (machine.jvm().isRunning()) {
      MachineFaults.end(machine);
    }
    machine.jvm().launch();
  }

  private static Injection injected(Machine machine, String what, Runnable undo) {
    return Injection.of(machine.name() + ": " + what, undo);
  }

  private static Duration millis(Fault fault, String setting) {
    return Duration.ofMillis(fault.setting(setting));
  }
}
