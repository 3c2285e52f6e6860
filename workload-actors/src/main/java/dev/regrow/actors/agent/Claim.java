package dev.regrow.actors.agent;

import dev.regrow.runtime.Machine;
import dev.regrow.v1.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An amount of a machine: millicores, bytes, processes. */
record Claim(long cpuMillis, long memoryBytes, long pids) {

  static final Claim NONE = new Claim(0, 0, 0);

  static Claim of(Resources resources) {
    return new Claim(resources.getCpu(), resources.getMemory(), resources.getPids());
  }

  static Claim of(Machine machine) {
    return new Claim(machine.cpuMillis(), machine.memoryBytes(), machine.pids());
  }

  Claim plus(Claim other) {
    return new Claim(
        cpuMillis + other.cpuMillis, memoryBytes + other.memoryBytes, pids + other.pids);
  }

  /** What of {@code wanted} this, with {@code reserved} taken, lacks; empty if nothing. */
  Optional<String> lackFor(Claim wanted, Claim reserved) {
    List<String> lacks = new ArrayList<>();
    addLack(lacks, "cpu (millicores)", wanted.cpuMillis, cpuMillis - reserved.cpuMillis);
    addLack(lacks, "memory (bytes)", wanted.memoryBytes, memoryBytes - reserved.memoryBytes);
    addLack(lacks, "pids", wanted.pids, pids - reserved.pids);
    return lacks.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", lacks));
  }

  private static void addLack(List<String> lacks, String what, long wanted, long free) {
    if (wanted > free) {
      lacks.add("%s: %d wanted, %d free".formatted(what, wanted, Math.max(0, free)));
    }
  }
}
