package dev.regrow.runtime.process;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.cgroup.InstanceCgroup;
import java.nio.file.Path;
import java.util.List;

/** Starts shims; what happens between clone and exec is behind this. */
public interface Shims {

  /**
   * Starts a shim and waits until the workload's exec has succeeded; {@code status} is on file
   * then.
   *
   * @throws dev.regrow.runtime.RuntimeFailure if it has not; nothing is left of it then
   */
  Started start(LaunchSpec spec, InstanceCgroup cgroup, Path stateDirectory, Path logDirectory);

  /**
   * @param shimPid our child
   * @param warnings what the machine could not give the instance
   */
  record Started(int shimPid, List<String> warnings) {}

  /** Gives back what was claimed for an instance beyond its processes. Idempotent. */
  void release(InstanceKey key);
}
