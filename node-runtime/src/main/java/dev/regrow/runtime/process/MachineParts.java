package dev.regrow.runtime.process;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.cgroup.Cgroups;
import dev.regrow.runtime.launch.Launcher;
import dev.regrow.runtime.network.NodeNetwork;
import dev.regrow.runtime.state.StateDirectory;
import dev.regrow.runtime.syscall.Kernel;
import java.time.Duration;

/** The parts of this machine that each instance takes something of, and how that is taken back. */
record MachineParts(
    Kernel kernel, Cgroups cgroups, StateDirectory state, Launcher launcher, NodeNetwork network) {

  /** The kernel tears a pid namespace down at its own pace. */
  private static final Duration KILL_BOUND = Duration.ofSeconds(10);

  /** Returns false if processes of it are left: its cgroup is frozen or a disk hangs. */
  boolean kill(InstanceKey key) {
    return cgroups.of(key).killAndAwaitEmpty(KILL_BOUND);
  }

  /**
   * Takes all back that an attempt had. What the instance has of its own stays: after a start in
   * place that failed there may be another.
   */
  void removeAttempt(InstanceKey key) {
    clear(key);
    state.forget(key.instanceId());
  }

  /** Takes all back that an instance had. */
  void removeInstance(InstanceKey key) {
    clear(key);
    launcher.discardOwn(key);
    state.forget(key.instanceId()); // Last: an agent that dies before leaves another to go on.
  }

  private void clear(InstanceKey key) {
    if (!kill(key)) {
      throw new RuntimeFailure(key + ": processes are left after a kill", true);
    }
    cgroups.of(key).remove();
    network.release(key);
    launcher.discardRoots(key);
  }
}
