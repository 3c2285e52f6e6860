package dev.regrow.runtime;

import java.util.List;

/**
 * What this machine has.
 *
 * @param cpuMillis all its cores, in millicores
 * @param memoryBytes what instances may use together
 * @param pids what instances may use together
 * @param bootId of this boot of the kernel
 * @param warnings what it cannot do, each a sentence
 */
public record Machine(
    long cpuMillis,
    long memoryBytes,
    long pids,
    CgroupWorld cgroups,
    String kernel,
    String bootId,
    List<String> warnings) {

  public Machine {
    warnings = List.copyOf(warnings);
  }

  /** Which cgroup hierarchies this machine has. */
  public enum CgroupWorld {
    V2,
    HYBRID,
    V1
  }
}
