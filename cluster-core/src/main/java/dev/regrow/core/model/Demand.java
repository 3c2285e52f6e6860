package dev.regrow.core.model;

/**
 * An amount of what a machine has: what an instance asks for, or what a node has or has promised.
 *
 * @param cpuMillis thousandths of a core
 * @param memoryBytes bytes
 * @param pids processes and threads
 */
public record Demand(long cpuMillis, long memoryBytes, long pids) {

  public static final Demand NONE = new Demand(0, 0, 0);

  public Demand plus(Demand other) {
    return new Demand(
        cpuMillis + other.cpuMillis, memoryBytes + other.memoryBytes, pids + other.pids);
  }

  public Demand minus(Demand other) {
    return new Demand(
        cpuMillis - other.cpuMillis, memoryBytes - other.memoryBytes, pids - other.pids);
  }
}
