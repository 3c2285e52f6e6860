package dev.regrow.runtime;

import org.jspecify.annotations.Nullable;

/** What is used of a machine, by all of it or by one instance. Counters only grow. */
public interface Load {

  /**
   * Of processes that are held together.
   *
   * @param cpuNanos of all of them, those that are gone too
   * @param memoryBytes now, without what the kernel could drop
   * @param pids now
   */
  record Usage(long cpuNanos, long memoryBytes, long pids) {}

  /**
   * Of an instance.
   *
   * @param cpuNanos since its first attempt
   * @param memoryBytes now, without what the kernel could drop
   * @param memoryMaxBytes 0: no limit
   * @param pids now
   * @param pidsMax 0: no limit
   * @param throttledNanos for so long it had to wait for its cpuLimit
   * @param oomKills of its processes, for its memory limit
   * @param stalled null: this kernel does not say
   */
  record OfInstance(
      long cpuNanos,
      long memoryBytes,
      long memoryMaxBytes,
      long pids,
      long pidsMax,
      long throttledNanos,
      long oomKills,
      @Nullable Stalled stalled) {}

  /**
   * Of the machine.
   *
   * @param bootNanos when it was looked at
   * @param cpuNanos of all processors, since the machine started
   */
  record OfMachine(
      long bootNanos,
      int processors,
      long cpuNanos,
      long memoryBytes,
      long memoryMaxBytes,
      @Nullable Stalled stalled) {}

  /**
   * Pressure stall information: for which part of the last 10 seconds at least one process waited
   * for it, in percent.
   */
  record Stalled(double cpu, double memory, double io) {}
}
