package dev.regrow.actors.link;

import dev.regrow.v1.Instance;
import java.util.List;

/** Past tense: what the agent of a node has learned. May be lost or repeated. */
public sealed interface NodeFact {

  String nodeUid();

  /** An instance is as {@code instance} says; sent at every change, and on request. */
  record Observed(String nodeUid, AssignmentRef assignment, Instance instance, long sequence)
      implements NodeFact {}

  /** The node cannot take it (no capacity, or older than what it knows). */
  record Refused(String nodeUid, AssignmentRef assignment, String reason, Summary summary)
      implements NodeFact {}

  /** What happened to an instance, in words, for events and {@code explain}. */
  record Happened(
      String nodeUid,
      AssignmentRef assignment,
      long timeMillis,
      String reason,
      String message,
      boolean warning)
      implements NodeFact {}

  /** The node's capacity, gossiped at every change and every few seconds. */
  record Summary(
      String nodeUid,
      String nodeName,
      long cpuMillisCapacity,
      long memoryBytesCapacity,
      long pidsCapacity,
      long cpuMillisReserved,
      long memoryBytesReserved,
      long pidsReserved,
      long memoryBytesUsed,
      long cpuMillisUsed,
      int instances,
      boolean schedulable,
      List<String> warnings,
      long sequence)
      implements NodeFact {}
}
