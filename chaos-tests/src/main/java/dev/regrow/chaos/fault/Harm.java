package dev.regrow.chaos.fault;

/** How much of a cluster a kind of fault takes out, so that plans hit it hard but not to death. */
public enum Harm {
  /** All nodes keep working, perhaps slower. */
  LIGHT,
  /** A node does not work, or is not heard; what is on its disk stays. */
  OUTAGE,
  /** Data of a node are lost: never of a majority, and never while another is away. */
  DATA
}
