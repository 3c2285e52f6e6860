package dev.regrow.actors.agent;

import dev.regrow.actors.link.NodeOrder;

/** The way from the cluster to the agent. Thread-safe, never blocking; no actor crosses it. */
public interface AgentDoor {

  void order(NodeOrder order);

  /** Tell again how everything is. */
  void tellFacts();

  /** From now on facts go there, and assignments are asked for there. */
  void connect(Uplink uplink);

  /** The cluster behind this uplink is gone; a newer uplink stays. */
  void disconnect(Uplink uplink);
}
