package dev.regrow.schema;

import dev.regrow.v1.Health;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Port;
import dev.regrow.v1.Probe;
import dev.regrow.v1.Protocol;
import java.util.Optional;

/** What is true of probes as a whole. Pure. */
public final class HealthRules {
  private static final Path HEALTH = Path.ROOT.field("instance").field("health");
  private static final int PORT_MAX = 65_535;

  private final Findings findings;

  HealthRules(Findings findings) {
    this.findings = findings;
  }

  void check(InstanceTemplate instance) {
    Health health = instance.getHealth();
    if (health.hasStartup()) {
      probe(instance, health.getStartup(), HEALTH.field("startup"));
    }
    if (health.hasReadiness()) {
      probe(instance, health.getReadiness(), HEALTH.field("readiness"));
    }
    if (health.hasLiveness()) {
      probe(instance, health.getLiveness(), HEALTH.field("liveness"));
    }
  }

  private void probe(InstanceTemplate instance, Probe probe, Path path) {
    int ways = probe.hasHttp() ? 1 : 0;
    ways += probe.hasTcp() ? 1 : 0;
    ways += probe.getExecCount() > 0 ? 1 : 0;
    boolean tried =
        findings.isUnreadable(path)
            || findings.isUnreadable(path.field("http"))
            || findings.isUnreadable(path.field("tcp"))
            || findings.isUnreadable(path.field("exec"));
    if (ways == 0 && !tried) {
      findings.add(path, "has no check; write http, tcp or exec");
    } else if (ways > 1) {
      findings.add(path, "has several checks; keep one of http, tcp and exec");
    }
    if (probe.hasHttp()) {
      port(instance, probe.getHttp().getPort(), path.field("http").field("port"));
    }
    if (probe.hasTcp()) {
      port(instance, probe.getTcp().getPort(), path.field("tcp").field("port"));
    }
    if (probe.getExecCount() > 0 && probe.getExec(0).isEmpty()) {
      findings.add(path.field("exec").item(0), "is empty; write the program to start");
    }
  }

  private void port(InstanceTemplate instance, String port, Path path) {
    if (!port.isEmpty() && !findings.isUnreadable(path) && portOf(instance, port).isEmpty()) {
      findings.add(
          path,
          Quoting.quoted(port)
              + " is none of its ports (of protocol tcp); name one there, or write a number of 1 to"
              + " 65535 in quotes");
    }
  }

  /**
   * The number that a probe means.
   *
   * @param port the name of a TCP port of the instance, or a number
   */
  public static Optional<Integer> portOf(InstanceTemplate instance, String port) {
    for (Port each : instance.getPortsList()) {
      if (each.getName().equals(port) && each.getProtocol() == Protocol.TCP) {
        return Optional.of(each.getPort());
      }
    }
    return Optional.of(port)
        .filter(text -> text.matches("[0-9]{1,5}"))
        .map(Integer::valueOf)
        .filter(number -> number >= 1 && number <= PORT_MAX);
  }
}
