package dev.regrow.runtime.cgroup;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.Machine.CgroupWorld;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The cgroups of one node: {@code regrow/<nodeUid>/<namespace>/<workload>/<instance>} in every
 * hierarchy that we use, and {@code regrow-agent/<nodeUid>} for the agent and its shims. Nothing
 * else is ever touched. May be called from any thread.
 *
 * <p>Methods fail with a {@link dev.regrow.runtime.RuntimeFailure} that names file and cause.
 */
public interface Cgroups {

  CgroupWorld world();

  /** What this machine's cgroups cannot do, each a sentence. */
  List<String> warnings();

  /**
   * Moves this JVM, and with it all shims to come, into a cgroup of high cpu weight: without it, on
   * a busy machine, the p99 of a start grew from 9 to 692 ms. Takes some 10 ms.
   */
  void enterAgentCgroup();

  /** Moves this JVM back to the root cgroup, so that that of the agent can be removed. */
  void leaveAgentCgroup();

  /** The agent, if it runs, and all shims of this node. */
  Set<Long> agentPids();

  /**
   * Makes the cgroups of an instance, or takes those of its last attempt, with these limits. What a
   * failure made so far is removed again.
   */
  InstanceCgroup create(InstanceKey key, Limits limits);

  /** What of these limits has no effect on this machine, in a sentence. */
  Optional<String> lackOf(Limits limits);

  /** That of an instance which may exist or not; nothing is made. */
  InstanceCgroup of(InstanceKey key);

  /**
   * What all instances of this node use together; costs the same however many they are. Counts from
   * when there were none the last time, and is all 0 while there are none.
   */
  Load.Usage usage();

  /** Those that have cgroups, in any hierarchy. */
  Set<InstanceKey> instances();

  /**
   * Removes the levels that hold nothing any more since instances were removed from them; else that
   * happens by itself after a while.
   */
  void tidy();

  /**
   * Removes what is left of this node once its instances and agent are gone.
   *
   * @return what could not be removed, each a sentence; empty if nothing is left
   */
  List<String> removeAll();
}
