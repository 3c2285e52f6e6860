package dev.regrow.actors.agent;

import dev.regrow.runtime.Load;

/**
 * What all instances used together when somebody looked.
 *
 * @param takenAtNanos of System.nanoTime(); 0: nobody has looked yet
 * @param cpuNanos of a counter that only grows, or begins anew
 * @param cpuMillis millicores, on average since the sample before
 */
record UsageSample(long takenAtNanos, long cpuNanos, long memoryBytes, long cpuMillis) {

  static final UsageSample NONE = new UsageSample(0, 0, 0, 0);

  private static final long MILLIS_PER_CORE = 1000;

  UsageSample next(Load.Usage used, long nowNanos) {
    long elapsed = nowNanos - takenAtNanos;
    boolean first = takenAtNanos == 0 || elapsed <= 0;
    long spent = first ? 0 : Math.max(0, used.cpuNanos() - cpuNanos);
    return new UsageSample(
        nowNanos,
        used.cpuNanos(),
        used.memoryBytes(),
        first ? 0 : spent * MILLIS_PER_CORE / elapsed);
  }
}
