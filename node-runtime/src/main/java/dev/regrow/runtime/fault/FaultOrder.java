package dev.regrow.runtime.fault;

import dev.regrow.runtime.InstanceKey;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fault that is wanted.
 *
 * @param instance what it is done to; null for those of the node
 * @param peers the nodes that a cut is from
 * @param cores how many of them are to be kept busy, 1 to 64; for pressure on the processor
 * @param memoryBytes how much is to be taken; 0: four fifths of the limit
 */
public record FaultOrder(
    FaultKind kind,
    @Nullable InstanceKey instance,
    List<Peer> peers,
    Duration length,
    int cores,
    long memoryBytes) {

  /**
   * Another node.
   *
   * @param name or the address again, where that is all that is known
   * @param address of its machine, as digits
   */
  public record Peer(String name, String address) {

    /** As {@code node n2}, or the address. */
    String words() {
      return name.equals(address) ? address : "node " + name;
    }
  }

  public FaultOrder {
    peers = List.copyOf(peers);
  }

  public static FaultOrder of(FaultKind kind, @Nullable InstanceKey instance, Duration length) {
    return new FaultOrder(kind, instance, List.of(), length, 1, 0);
  }

  /** Whether both would be done to the same. */
  boolean meets(FaultOrder other) {
    return kind == other.kind
        && (kind.isOfInstance()
            ? instance != null && instance.equals(other.instance)
            : kind == FaultKind.JVM_STOP || peers.stream().anyMatch(other.peers::contains));
  }
}
