package dev.regrow.chaos.lab;

import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.Injector.Injection;
import dev.regrow.chaos.fault.Injector.NotNow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What happens to a machine's processes, and to its disk while none runs. */
final class MachineFaults {

  private static final Duration ENDED_WITHIN = Duration.ofSeconds(15);

  /** Entries that a truncated log keeps at most. */
  private static final int KEPT_ENTRIES = 8;

  private final Lab lab;
  private Optional<Path> nextRelease = Optional.empty();

  MachineFaults(Lab lab) {
    this.lab = lab;
  }

  void nextRelease(Path home) {
    nextRelease = Optional.of(home);
  }

  boolean hasNextRelease() {
    return nextRelease.isPresent();
  }

  Injection inject(Fault fault, Machine machine) {
    return switch (fault.kind()) {
      case MACHINE_DEATH -> {
        lab.powerOff(machine);
        yield dead(machine, List.of());
      }
      case UNSYNCED_LOST -> unsyncedLost(machine);
      case JVM_KILL -> {
        machine.jvm().kill9();
        yield Injection.of(machine.name() + ": agent killed", machine.jvm()::launch);
      }
      case JVM_STOP -> stop(machine);
      case JVM_TERM -> {
        machine.jvm().tellToEnd();
        yield Injection.of(
            machine.name() + ": agent told to end",
            () -> {
              awaitEnd(machine);
              machine.jvm().launch();
            });
      }
      case LOG_TRUNCATED -> truncated(machine);
      case LOG_BIT_FLIPPED -> damaged(machine, LogDamage.FLIPPED);
      case SERVER_WIPED -> damaged(machine, LogDamage.WIPED);
      case MIXED_VERSIONS -> mixed(machine);
      default -> throw new IllegalArgumentException(fault + " does not happen to a machine");
    };
  }

  private Injection dead(Machine machine, List<String> lost) {
    return Injection.of(
        machine.name() + ": dead" + (lost.isEmpty() ? "" : ", lost " + lost),
        () -> {
          lab.powerOn(machine);
          machine.jvm().launch();
        });
  }

  private Injection unsyncedLost(Machine machine) {
    lab.powerOff(machine);
    return dead(machine, machine.preload().loseUnsynced());
  }

  private static Injection stop(Machine machine) {
    long pid = machine.jvm().pid();
    machine.pause();
    return Injection.of(
        machine.name() + ": agent stopped",
        () -> {
          if (machine.jvm().isRunning() && machine.jvm().pid() == pid) {
            machine.resume();
          }
        });
  }

  private Injection truncated(Machine machine) {
    long noted = LogDamage.noted(machine);
    long begins = LogDamage.lastLogBegins(machine);
    if (noted <= begins + KEPT_ENTRIES) {
      // What is cut off must be more than what nobody could know of.
      throw new NotNow(
          "of the log of %s, which begins at %d, only %d is noted"
              .formatted(machine.name(), begins, noted));
    }
    return damaged(machine, LogDamage.TRUNCATED);
  }

  private Injection damaged(Machine machine, LogDamage damage) {
    lab.powerOff(machine);
    damage.to(machine);
    return dead(machine, List.of(damage == LogDamage.WIPED ? "its store" : "a piece of its log"));
  }

  private Injection mixed(Machine machine) {
    restart(machine, nextRelease.orElseThrow());
    return Injection.of(machine.name() + ": next release", () -> restart(machine, lab.home()));
  }

  private static void restart(Machine machine, Path home) {
    end(machine);
    machine.jvm().from(home).launch();
  }

  /** In order, if it comes in time. */
  static void end(Machine machine) {
    machine.jvm().tellToEnd();
    awaitEnd(machine);
  }

  /** Cut off, a node may take long to end in order; systemd, too, would not wait for ever. */
  private static void awaitEnd(Machine machine) {
    if (!machine.jvm().hasEndedWithin(ENDED_WITHIN)) {
      machine.jvm().kill9();
    }
  }

  /** The same on each of several machines, undone in the other order. */
  static Injection all(List<Injection> injections) {
    var done = injections.stream().map(Injection::done).toList();
    var reversed = new ArrayList<>(injections);
    Collections.reverse(reversed);
    return Injection.of(String.join("; ", done), () -> reversed.forEach(Injection::undo));
  }
}
