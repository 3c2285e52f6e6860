package dev.regrow.client;

import dev.regrow.v1.Node;

/** What a node is there for. */
public final class Nodes {
  private Nodes() {}

  /** A witness votes, and no more: it has no gateway, no instances, no images and no faults. */
  public static boolean isWitness(Node node) {
    return node.getRolesList().contains("witness");
  }
}
