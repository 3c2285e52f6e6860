package dev.regrow.chaos.fault;

/** What a kind of fault is aimed at. */
public enum Aim {
  /** Machines, by the names of their nodes. */
  MACHINES,
  /** What the machines send to others: all of them, or those in {@code to}. */
  LINKS,
  /** Instances: one of a workload ({@code web}), drawn, or one slot ({@code web-2}). */
  INSTANCES,
  /** The cluster as a whole; nothing is named. */
  CLUSTER
}
