package dev.regrow.actors.link;

import dev.regrow.actors.wire.Tag;
import dev.regrow.actors.wire.WireMessage;
import dev.regrow.v1.Instance;
import java.util.List;

/** Past tense: what the agent of a node has learned. May be lost or repeated. */
public sealed interface NodeFact extends WireMessage {

  String nodeUid();

  /** An instance is as {@code instance} says; sent at every change, and on request. */
  record Observed(
      @Tag(1) String nodeUid,
      @Tag(2) AssignmentRef assignment,
      @Tag(3) Instance instance,
      @Tag(4) long sequence)
      implements NodeFact {}

  /** The node cannot take it (no capacity, or older than what it knows). */
  record Refused(
      @Tag(1) String nodeUid,
      @Tag(2) AssignmentRef assignment,
      @Tag(3) String reason,
      @Tag(4) Summary summary)
      implements NodeFact {}

  /** What happened to an instance, in words, for events and {@code explain}. */
  record Happened(
      @Tag(1) String nodeUid,
      @Tag(2) AssignmentRef assignment,
      @Tag(3) long timeMillis,
      @Tag(4) String reason,
      @Tag(5) String message,
      @Tag(6) boolean warning)
      implements NodeFact {}

  /**
   * The node's capacity, gossiped at every change and every few seconds.
   *
   * @param portsReserved as {@link dev.regrow.core.model.Ports#codes()} gives them
   */
  record Summary(
      @Tag(1) String nodeUid,
      @Tag(2) String nodeName,
      @Tag(3) long cpuMillisCapacity,
      @Tag(4) long memoryBytesCapacity,
      @Tag(5) long pidsCapacity,
      @Tag(6) long cpuMillisReserved,
      @Tag(7) long memoryBytesReserved,
      @Tag(8) long pidsReserved,
      @Tag(9) long memoryBytesUsed,
      @Tag(10) long cpuMillisUsed,
      @Tag(11) int instances,
      @Tag(12) boolean schedulable,
      @Tag(13) List<String> warnings,
      @Tag(14) long sequence,
      @Tag(15) List<Integer> portsReserved)
      implements NodeFact {

    /** So begins a warning that is about the node's server of the store. */
    public static final String OF_STORE = "store: ";
  }
}
