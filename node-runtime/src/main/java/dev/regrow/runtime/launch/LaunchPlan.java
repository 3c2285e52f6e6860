package dev.regrow.runtime.launch;

import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.namespace.HostPrograms;
import dev.regrow.runtime.namespace.IdRange;
import dev.regrow.runtime.namespace.Lower;
import dev.regrow.runtime.namespace.RootPlan;
import dev.regrow.runtime.shim.ShimConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a launch consists of. Pure: all that it depends on is handed in.
 *
 * @param steps to be carried out in order, and undone in the reverse order
 */
record LaunchPlan(List<LaunchStep> steps) {

  /** When the machine runs out of memory, instances go before what runs them. */
  private static final int OOM_SCORE_ADJ = 300;

  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  /**
   * The machine's side of a plan.
   *
   * @param filters of system calls
   * @param resolvConf the host's
   * @param processes what a process may have at most
   */
  record Machine(HostPrograms host, Filters filters, String resolvConf, ProcessLimits processes) {}

  static LaunchPlan of(
      LaunchSpec spec,
      Places places,
      IdRange ids,
      @Nullable Lower lower,
      Path writable,
      Map<String, Lower> volumes,
      Machine machine) {
    check(spec);
    machine
        .processes()
        .refusal(spec.limits().ulimits())
        .ifPresent(
            why -> {
              throw refused(spec, why);
            });
    if ((spec.network() == Network.HOST) != (places.network() == null)) {
      throw new IllegalStateException("a network of its own has a namespace, and none other");
    }
    var steps = new ArrayList<LaunchStep>();
    if (lower != null && !spec.readOnlyRoot()) {
      steps.add(new LaunchStep.MakeWritable(writable, ids.hostId(0)));
    }
    var files = places.filesDirectory();
    for (int i = 0; i < spec.mounts().size(); i++) {
      if (spec.mounts().get(i) instanceof Mount.Files mount) {
        steps.add(makeFiles(mount, files.resolve(Integer.toString(i)), spec, ids));
      }
    }
    var config = config(spec, places, ids, machine);
    var attachment = places.network();
    var names =
        new RootPlan.Names(machine.resolvConf(), attachment == null ? null : attachment.address());
    RootPlan.of(spec, ids, machine.host(), lower, writable, files, volumes, names)
        .forEach(step -> config.rootStep(step.encode()));
    steps.add(new LaunchStep.StartShim(spec.key().instanceId(), config.encode()));
    return new LaunchPlan(List.copyOf(steps));
  }

  private static LaunchStep makeFiles(
      Mount.Files mount, Path directory, LaunchSpec spec, IdRange ids) {
    return new LaunchStep.MakeFiles(
        directory,
        mount.content(),
        mount.closed() ? 0500 : 0555,
        mount.closed() ? 0400 : 0444,
        ids.hostId(spec.uid()),
        ids.hostId(spec.gid()));
  }

  private static void check(LaunchSpec spec) {
    if (spec.command().isEmpty() || spec.command().get(0).isEmpty()) {
      throw refused(spec, "it has no command");
    }
    for (int id : List.of(spec.uid(), spec.gid())) {
      if (id < 0 || id >= IdRange.SIZE) {
        throw refused(spec, "user and group must be within 0..65535, not " + id);
      }
    }
    boolean nul =
        spec.command().stream().anyMatch(argument -> argument.indexOf(0) >= 0)
            || spec.env().entrySet().stream()
                .anyMatch(e -> e.getKey().indexOf(0) >= 0 || e.getValue().indexOf(0) >= 0);
    if (nul) {
      throw refused(spec, "its command or environment holds a NUL character");
    }
  }

  private static RuntimeFailure refused(LaunchSpec spec, String why) {
    return new RuntimeFailure("cannot start " + spec.key() + ": " + why, false);
  }

  private static ShimConfig config(LaunchSpec spec, Places places, IdRange ids, Machine machine) {
    var config =
        new ShimConfig()
            .attempt(spec.key().instanceId(), spec.attempt())
            .stateDirectory(places.stateDirectory())
            .logs(places.logDirectory(), places.logBytesPerFile(), places.logFiles())
            .idRange(ids.base(), IdRange.SIZE)
            .hostName(spec.slot());
    network(config, spec, places);
    config.capabilities(spec.grants().bits());
    var filter = machine.filters().of(spec.grants());
    confine(config, spec.uid(), spec.gid(), spec.workdir(), filter);
    machine.processes().into(config, spec.limits().ulimits());
    places.cgroup1Tasks().forEach(config::cgroup1Tasks);
    places.cgroup2().ifPresent(config::cgroup2);
    spec.command().forEach(config::argument);
    environment(spec).forEach(config::environment);
    if (spec.leaseUntilBootNanos() != null) {
      config.lease(spec.leaseUntilBootNanos().getAsLong());
    }
    return config;
  }

  private static void network(ShimConfig config, LaunchSpec spec, Places places) {
    var attachment = places.network();
    if (attachment == null) {
      config.hostNetwork();
      return;
    }
    config.networkNamespace(attachment.namespace());
    if (spec.network() == Network.BRIDGE) {
      // In a network of its own, an instance without capabilities may serve port 80.
      config.sysctl("net/ipv4/ip_unprivileged_port_start", "0");
    }
  }

  /** What holds for every process of an instance. */
  static void confine(ShimConfig config, int uid, int gid, String workdir, byte[] filter) {
    config
        .user(uid, gid)
        .workingDirectory(workdir.isEmpty() ? "/" : workdir)
        .oomScoreAdj(OOM_SCORE_ADJ)
        .seccomp(filter);
  }

  private static Map<String, String> environment(LaunchSpec spec) {
    var environment = new TreeMap<>(Map.of("PATH", PATH, "HOME", "/", "HOSTNAME", spec.slot()));
    environment.putAll(spec.env());
    return environment;
  }
}
