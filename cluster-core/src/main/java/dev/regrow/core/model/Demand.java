package dev.regrow.core.model;

/**
 * An amount of what a machine has: what an instance asks for, or what a node has or has promised.
 *
 * @param cpuMillis thousandths of a core
 * @param memoryBytes bytes
 * @param pids processes and threads
 * @param ports of the machine itself, of which each can be promised once
 */
public record Demand(long cpuMillis, long memoryBytes, long pids, Ports ports) {

  public static final Demand NONE = new Demand(0, 0, 0);

  /** Without ports. */
  public Demand(long cpuMillis, long memoryBytes, long pids) {
    this(cpuMillis, memoryBytes, pids, Ports.NONE);
  }

  public Demand plus(Demand other) {
    return new Demand(
        cpuMillis + other.cpuMillis,
        memoryBytes + other.memoryBytes,
        pids + other.pids,
        ports.plus(other.ports));
  }

  /** What is left of the amounts; ports are no amount. */
  public Demand minus(Demand other) {
    return new Demand(
        cpuMillis - other.cpuMillis, memoryBytes - other.memoryBytes, pids - other.pids, ports);
  }
}
