package dev.regrow.schema.testing;

import dev.regrow.v1.Backoff;
import dev.regrow.v1.Capability;
import dev.regrow.v1.DisconnectPolicy;
import dev.regrow.v1.Health;
import dev.regrow.v1.HttpCheck;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.Placement;
import dev.regrow.v1.PlacementPolicy;
import dev.regrow.v1.Port;
import dev.regrow.v1.Probe;
import dev.regrow.v1.Protocol;
import dev.regrow.v1.Reconcile;
import dev.regrow.v1.Resources;
import dev.regrow.v1.RestartMode;
import dev.regrow.v1.RestartPolicy;
import dev.regrow.v1.Security;
import dev.regrow.v1.StopPolicy;
import dev.regrow.v1.SyscallGroup;
import dev.regrow.v1.TcpCheck;
import dev.regrow.v1.Ulimits;
import dev.regrow.v1.UpdatePolicy;
import dev.regrow.v1.Volume;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.random.RandomGenerator;

/** Valid workloads of every shape, from a seeded generator. */
public final class Workloads {
  private static final List<String> TEXTS =
      List.of(
          "",
          "prod",
          "yes",
          "no",
          "null",
          "~",
          "1",
          "1e3",
          "0x10",
          "true",
          "- a",
          "a: b",
          "#c",
          "'",
          "\"",
          "\\",
          "{}",
          "[",
          "*a",
          "&a",
          "!t",
          "%d",
          "@x",
          "`",
          " lead",
          "trail ",
          "two\nlines\n",
          "tab\t",
          "\r\n",
          "\u0001\u001f\u007f\u0085",
          "ünï©ode",
          "\u2028\u2029\ufeff",
          "😀",
          "${K}",
          "on",
          "---",
          "...",
          "?",
          ":",
          "=",
          "<<",
          "2001-01-01",
          "1_000",
          "0o7",
          ".inf");
  private static final List<String> SIGNALS = List.of("TERM", "INT", "HUP", "USR1", "QUIT", "KILL");

  private final RandomGenerator random;

  private Workloads(RandomGenerator random) {
    this.random = random;
  }

  /** The smallest one: a program, and a network that every machine has. */
  public static Workload smallest(String name) {
    return Workload.newBuilder()
        .setKind(Kind.SERVICE)
        .setName(name)
        .setInstance(
            InstanceTemplate.newBuilder()
                .addCommand("/bin/sleep")
                .addCommand("infinity")
                .setNetwork(Network.NONE))
        .build();
  }

  /** Some valid one; what is optional is there or not. */
  public static Workload random(RandomGenerator random) {
    return new Workloads(random).workload();
  }

  private Workload workload() {
    var workload = Workload.newBuilder().setKind(Kind.SERVICE).setName(name());
    workload.setInstance(instance());
    if (maybe()) {
      workload.setNamespace(name());
    }
    for (int i = below(4); i > 0; i--) {
      workload.putLabels(maybe() ? name() : "example.org/" + name(), maybe() ? "" : name());
    }
    if (maybe()) {
      workload.setReplicas(below(5));
    }
    if (maybe()) {
      workload.setRestart(restart());
    }
    if (maybe()) {
      workload.setPlacement(placement());
    }
    if (maybe()) {
      workload.setUpdate(update());
    }
    if (maybe()) {
      workload.setDisconnect(disconnect());
    }
    return workload.setExclusive(maybe()).build();
  }

  private Placement placement() {
    var placement =
        Placement.newBuilder().setPolicy(maybe() ? PlacementPolicy.PACK : PlacementPolicy.SPREAD);
    if (maybe()) {
      placement.addRequireBuilder().setLabel("disk").addIn(name()).addIn("nvme");
    }
    if (maybe()) {
      placement.addPreferBuilder().setLabel("zone").addIn("a").setWeight(1 + below(100));
      placement.addPreferBuilder().setLabel("zone").addIn("b");
    }
    if (maybe()) {
      placement.addSpreadBuilder().setBy("example.org/rack");
    }
    return placement.build();
  }

  private InstanceTemplate instance() {
    var instance = InstanceTemplate.newBuilder().addCommand("/bin/" + name());
    if (maybe()) {
      instance.setNetwork(Network.forNumber(1 + below(3)));
    }
    for (int i = below(4); i > 0; i--) {
      instance.addCommand(text());
    }
    for (int i = below(4); i > 0; i--) {
      instance.putEnv("K_" + below(100), text());
    }
    if (maybe()) {
      instance.setImage("dir:/srv/" + name());
    }
    if (maybe()) {
      instance.setUser(maybe() ? "1000" : (1 + below(65535)) + ":" + (1 + below(65535)));
    }
    if (maybe()) {
      instance.setWorkdir("/srv/" + name());
    }
    if (maybe()) {
      instance.setResources(resources());
    }
    for (int i = below(3); i > 0; i--) {
      instance.addPorts(port(i));
    }
    for (int i = below(3); i > 0; i--) {
      instance.addVolumes(volume(i));
    }
    if (maybe()) {
      instance.setHealth(health(instance.getPortsList()));
    }
    if (maybe()) {
      instance.setStop(StopPolicy.newBuilder().setSignal(one(SIGNALS)).setGrace(below(90_000)));
    }
    if (maybe()) {
      instance.setSecurity(security());
    }
    return instance.build();
  }

  private Security security() {
    var security = Security.newBuilder().setReadOnlyRoot(maybe()).setUserNamespace(true);
    for (var capability : List.of(Capability.CAP_CHOWN, Capability.CAP_SETUID)) {
      if (maybe()) {
        security.addCapabilities(capability);
      }
    }
    if (maybe()) {
      security.addSyscalls(SyscallGroup.SYSCALL_IO_URING);
    }
    return security.build();
  }

  private Resources resources() {
    long memory = 1_048_576L + below(1 << 30);
    var resources = Resources.newBuilder().setMemory(memory).setCpu(1 + below(4000));
    if (maybe()) {
      resources.setMemoryLimit(memory + below(1000));
    }
    if (maybe()) {
      resources.setCpuLimit(10 + below(8000));
    }
    if (maybe()) {
      resources.setIoWeight(1 + below(10_000));
    }
    if (maybe()) {
      resources.setUlimits(Ulimits.newBuilder().setNofile(16 + below(1000)).setCore(0));
    }
    return maybe() ? resources.setPids(1 + below(1000)).build() : resources.build();
  }

  private Health health(List<Port> ports) {
    var health = Health.newBuilder();
    if (maybe()) {
      health.setStartup(probe(ports).setFailures(1 + below(30)));
    }
    if (maybe()) {
      health.setReadiness(probe(ports).setTimeout(10 + below(5000)));
    }
    return maybe() ? health.setLiveness(probe(ports)).build() : health.build();
  }

  private Probe.Builder probe(List<Port> ports) {
    var probe = Probe.newBuilder();
    var named = ports.stream().filter(each -> each.getProtocol() == Protocol.TCP).findAny();
    var port = named.map(Port::getName).orElse("" + (1 + below(65_535)));
    switch (below(3)) {
      case 0 -> probe.setTcp(TcpCheck.newBuilder().setPort(port));
      case 1 -> probe.setHttp(HttpCheck.newBuilder().setPort(port).setPath("/" + name()));
      default -> probe.addExec("/bin/" + name()).addExec(text());
    }
    return maybe() ? probe.setInterval(100 + below(90_000)) : probe;
  }

  private Port port(int ordinal) {
    return Port.newBuilder()
        .setName("p" + ordinal)
        .setPort(1000 * ordinal + below(1000))
        .setProtocol(maybe() ? Protocol.UDP : Protocol.TCP)
        .build();
  }

  private Volume volume(int ordinal) {
    var volume = Volume.newBuilder().setAt("/mnt/" + ordinal).setReadOnly(maybe());
    return (maybe() ? volume.setHost("/srv/" + name()) : volume.setTmpfs(4096L << below(20)))
        .build();
  }

  private RestartPolicy restart() {
    var restart = RestartPolicy.newBuilder().setPolicy(RestartMode.forNumber(below(3)));
    if (maybe()) {
      restart.setBackoff(
          Backoff.newBuilder()
              .setInitial(below(1000))
              .setBase(1 + below(1000))
              .setMax(1000 + below(100_000))
              .setFactor(1 + below(30) / 10.0)
              .setResetAfter(below(100_000)));
    }
    return restart.build();
  }

  private UpdatePolicy update() {
    return UpdatePolicy.newBuilder()
        .setSurge(below(3))
        .setUnavailable(1 + below(3))
        .setMinReady(below(1000))
        .setProgressDeadline(1000 + below(100_000))
        .setAutoRevert(maybe())
        .build();
  }

  private DisconnectPolicy disconnect() {
    var disconnect =
        DisconnectPolicy.newBuilder()
            .setLostAfter(below(100_000))
            .setReconcile(Reconcile.forNumber(below(3)));
    return maybe() ? disconnect.setStopAfter(below(100_000)).build() : disconnect.build();
  }

  private String name() {
    return Integer.toString(36 * 36 + below(1 << 20), 36);
  }

  private String text() {
    return one(TEXTS);
  }

  private <T> T one(List<T> list) {
    return list.get(below(list.size()));
  }

  private boolean maybe() {
    return random.nextBoolean();
  }

  private int below(int bound) {
    return random.nextInt(bound);
  }
}
