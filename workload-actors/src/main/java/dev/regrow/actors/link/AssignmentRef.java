package dev.regrow.actors.link;

/**
 * One assignment of an instance to a node.
 *
 * @param slot as {@code web-2}
 * @param epoch the store index of the commit that made the assignment
 */
public record AssignmentRef(
    String namespace,
    String workload,
    String workloadUid,
    String instanceId,
    String slot,
    long revision,
    long epoch) {}
