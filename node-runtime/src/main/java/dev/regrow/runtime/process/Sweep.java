package dev.regrow.runtime.process;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.cgroup.Cgroups;
import dev.regrow.runtime.cgroup.HostCgroups;
import dev.regrow.runtime.launch.Launcher;
import dev.regrow.runtime.network.Cuts;
import dev.regrow.runtime.network.NodeNetwork;
import dev.regrow.runtime.process.Adopter.Found;
import dev.regrow.runtime.state.Control;
import dev.regrow.runtime.state.ProcFs;
import dev.regrow.runtime.state.StateDirectory;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Stops and removes all that one node made on this machine, logs and data aside, while no agent of
 * it runs. Touches nothing that does not bear its uid.
 */
public final class Sweep {

  private static final Duration KILL_BOUND = Duration.ofSeconds(10);
  private static final Duration REMOVAL_BOUND = Duration.ofSeconds(5);

  private static final Duration HELPER_BOUND = Duration.ofSeconds(2);

  private final Kernel kernel;
  private final Cgroups cgroups;
  private final StateDirectory state;
  private final String nodeUid;

  private Sweep(String nodeUid) {
    this.kernel = Kernel.load();
    this.cgroups = HostCgroups.ofThisMachine(nodeUid, () -> kernel);
    this.state = StateDirectory.ofNode(nodeUid);
    this.nodeUid = nodeUid;
  }

  /**
   * Gives each instance its stop signal and its grace, kills what is left after that, and removes
   * cgroups, id ranges and state. Idempotent; blocks for up to the bound and some seconds.
   *
   * @param dataDirectory the node's; what instances wrote to their roots is deleted there
   * @param graceBound no instance gets more grace than this
   * @return what is left, each a sentence; empty if nothing is
   * @throws RuntimeFailure if an agent of this node still runs, or without root
   */
  public static List<String> node(String nodeUid, Path dataDirectory, Duration graceBound) {
    Prerequisites.refusal(ProcFs.text("self/status"))
        .ifPresent(
            why -> {
              throw new RuntimeFailure(why, false);
            });
    return new Sweep(nodeUid).run(dataDirectory, graceBound);
  }

  private List<String> run(Path dataDirectory, Duration graceBound) {
    cgroups.leaveAgentCgroup();
    var living = state.list();
    var agents = agents(living);
    if (!agents.isEmpty()) {
      throw new RuntimeFailure(
          "node %s still runs as process %s; stop it first".formatted(nodeUid, agents), true);
    }
    var left = new ArrayList<String>();
    stopAll(graceBound);
    killAll(left);
    if (left.isEmpty()) {
      Cuts.sweep(nodeUid, state.root());
      NodeNetwork.sweep(kernel, nodeUid, LocalNodeRuntime.networkPlaces(state, null));
      Launcher.sweep(dataDirectory, StateDirectory.ID_RANGES, nodeUid);
      state.remove(kernel);
    }
    return left;
  }

  /** Those that stay: a program that an agent ran when it died ends by itself. */
  private Set<Long> agents(List<String> living) {
    long deadline = System.nanoTime() + HELPER_BOUND.toNanos();
    var agents = StrayShims.kill(kernel, cgroups, Set.copyOf(living));
    while (!agents.isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(5_000_000);
      agents = StrayShims.kill(kernel, cgroups, Set.copyOf(living));
    }
    return agents;
  }

  /** All at once, so it takes as long as the longest. */
  private void stopAll(Duration graceBound) {
    var shims = new HashMap<String, Found>();
    var longest = Duration.ZERO;
    for (var found : new Adopter(kernel, state, cgroups, ProcFs.bootId()).find()) {
      var file = found.file();
      if (file == null || found.shim() == null) {
        continue;
      }
      var grace = file.stopGrace().compareTo(graceBound) < 0 ? file.stopGrace() : graceBound;
      longest = grace.compareTo(longest) > 0 ? grace : longest;
      shims.put(found.instanceId(), found);
      new Control(kernel, state.instance(found.instanceId()), file.attempt())
          .stop(Signal.named(file.stopSignal()).orElse(Signal.TERM), grace);
    }
    long deadline = System.nanoTime() + longest.plus(KILL_BOUND).toNanos();
    for (var found : shims.values()) {
      try (var shim = found.shim()) {
        if (shim != null) {
          kernel.pollReadable(shim, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
          kernel.waitid(shim); // our child, if its agent ran in this process
        }
      }
    }
  }

  private void killAll(List<String> left) {
    StrayShims.kill(kernel, cgroups, Set.of());
    for (var key : cgroups.instances()) {
      if (!cgroups.of(key).killAndAwaitEmpty(KILL_BOUND)) {
        left.add("processes of " + key + " are left after a kill");
      }
    }
    long deadline = System.nanoTime() + REMOVAL_BOUND.toNanos();
    var busy = cgroups.removeAll();
    while (!busy.isEmpty() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(2_000_000); // a cgroup counts as busy for a moment after its last
      busy = cgroups.removeAll();
    }
    left.addAll(busy);
  }
}
