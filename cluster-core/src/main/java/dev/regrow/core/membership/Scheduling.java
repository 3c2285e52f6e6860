package dev.regrow.core.membership;

import dev.regrow.v1.Drain;
import dev.regrow.v1.NodeScheduling;
import dev.regrow.v1.StoredNode;
import java.util.Optional;

/**
 * What people want of a node: open to new instances, cordoned, or drained. Pure; from a node's
 * record to the next.
 *
 * <pre>
 *          cordon               drain
 *   OPEN ─────────▶ CORDONED ─────────▶ DRAINING
 *    ▲  ◀────────────  ▲  ◀──────────────  │
 *    │     uncordon    └── empty, or late ─┘
 *    └──────────────── uncordon ───────────┘
 * </pre>
 *
 * <p>A node whose machine shuts down drains itself, and opens itself again when it is back, unless
 * people have said something else meanwhile.
 */
public final class Scheduling {

  private Scheduling() {}

  /** A node that is being drained stays that. */
  public static StoredNode cordoned(StoredNode node) {
    var asked = node.toBuilder().clearLeaving();
    return node.getScheduling() == NodeScheduling.OPEN
        ? asked.setScheduling(NodeScheduling.CORDONED).build()
        : asked.build();
  }

  /** What is under way ends; what has moved does not come back by itself. */
  public static StoredNode opened(StoredNode node) {
    return node.toBuilder()
        .setScheduling(NodeScheduling.OPEN)
        .clearLeaving()
        .clearDrainStartedAt()
        .clearDrainUntil()
        .clearDrainedAt()
        .build();
  }

  /** Begins a drain, or gives one under way another end. */
  public static StoredNode draining(StoredNode node, long nowMillis, long timeoutMillis) {
    boolean underWay = node.getScheduling() == NodeScheduling.DRAINING;
    return node.toBuilder()
        .setScheduling(NodeScheduling.DRAINING)
        .setDrainStartedAt(underWay ? node.getDrainStartedAt() : nowMillis)
        .setDrainUntil(nowMillis + timeoutMillis)
        .clearLeaving()
        .clearDrainedAt()
        .build();
  }

  /**
   * A drain that the node begins itself; whether it opens itself again is kept until it is back.
   */
  public static StoredNode leaving(StoredNode node, long nowMillis, long timeoutMillis) {
    boolean comesBack = node.getLeaving() || node.getScheduling() == NodeScheduling.OPEN;
    return draining(node, nowMillis, timeoutMillis).toBuilder().setLeaving(comesBack).build();
  }

  /** As its next start finds it: opened, if it had closed itself. */
  public static StoredNode returned(StoredNode node) {
    return node.getLeaving() ? opened(node) : node;
  }

  /** A drain ends when nothing is left, or when it is late; the node stays cordoned. */
  public static StoredNode judged(StoredNode node, boolean empty, long nowMillis) {
    boolean underWay = node.getScheduling() == NodeScheduling.DRAINING;
    if (!underWay || (!empty && nowMillis < node.getDrainUntil())) {
      return node;
    }
    var ended = node.toBuilder().setScheduling(NodeScheduling.CORDONED);
    return (empty ? ended.setDrainedAt(nowMillis) : ended).build();
  }

  /**
   * The last drain; empty: there was none since the node was last open.
   *
   * @param remaining instances that are still there
   */
  public static Optional<Drain.Builder> drain(StoredNode node, int remaining) {
    if (node.getDrainStartedAt() == 0) {
      return Optional.empty();
    }
    boolean done = node.getDrainedAt() > 0;
    return Optional.of(
        Drain.newBuilder()
            .setStartedAt(node.getDrainStartedAt())
            .setUntil(node.getDrainUntil())
            .setRemaining(remaining)
            .setDone(done)
            .setGivenUp(!done && node.getScheduling() != NodeScheduling.DRAINING));
  }
}
