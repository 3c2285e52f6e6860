package dev.regrow.actors.agent;

import dev.regrow.core.codec.DeclaredCodec;
import dev.regrow.core.model.Ports;
import dev.regrow.runtime.Machine;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An amount of a machine: millicores, bytes, processes; and those of its ports that are taken. */
public record Claim(long cpuMillis, long memoryBytes, long pids, Ports ports) {

  public static final Claim NONE = new Claim(0, 0, 0, Ports.NONE);

  public static Claim of(InstanceTemplate template) {
    return of(template.getResources(), DeclaredCodec.hostPorts(template));
  }

  static Claim of(Resources resources, Ports ports) {
    return new Claim(resources.getCpu(), resources.getMemory(), resources.getPids(), ports);
  }

  static Claim of(Machine machine) {
    return new Claim(machine.cpuMillis(), machine.memoryBytes(), machine.pids(), Ports.NONE);
  }

  public Claim plus(Claim other) {
    return new Claim(
        cpuMillis + other.cpuMillis,
        memoryBytes + other.memoryBytes,
        pids + other.pids,
        ports.plus(other.ports));
  }

  /** The same without ports that are published: seen by the workload that publishes them. */
  public Claim unshared() {
    return new Claim(cpuMillis, memoryBytes, pids, ports.unshared());
  }

  /** What of {@code wanted} this, with {@code reserved} taken, lacks; empty if nothing. */
  public Optional<String> lackFor(Claim wanted, Claim reserved) {
    List<String> lacks = new ArrayList<>();
    addLack(lacks, "cpu (millicores)", wanted.cpuMillis, cpuMillis - reserved.cpuMillis);
    addLack(lacks, "memory (bytes)", wanted.memoryBytes, memoryBytes - reserved.memoryBytes);
    addLack(lacks, "pids", wanted.pids, pids - reserved.pids);
    wanted
        .ports
        .common(reserved.ports)
        .ifPresent(port -> lacks.add("port %s is taken".formatted(Ports.words(port))));
    return lacks.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", lacks));
  }

  private static void addLack(List<String> lacks, String what, long wanted, long free) {
    if (wanted > free) {
      lacks.add("%s: %d wanted, %d free".formatted(what, wanted, Math.max(0, free)));
    }
  }
}
