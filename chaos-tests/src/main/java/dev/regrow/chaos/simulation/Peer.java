package dev.regrow.chaos.simulation;

/** A server with the disk that it has now. */
record Peer(int node, int disk) implements Comparable<Peer> {
  @Override
  public int compareTo(Peer other) {
    return node != other.node
        ? Integer.compare(node, other.node)
        : Integer.compare(disk, other.disk);
  }
}
