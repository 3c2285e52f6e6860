package dev.regrow.actors.link;

import dev.regrow.actors.wire.Tag;

/**
 * One assignment of an instance to a node.
 *
 * @param slot as {@code web-2}
 * @param epoch the store index of the commit that made the assignment
 */
public record AssignmentRef(
    @Tag(1) String namespace,
    @Tag(2) String workload,
    @Tag(3) String workloadUid,
    @Tag(4) String instanceId,
    @Tag(5) String slot,
    @Tag(6) long revision,
    @Tag(7) long epoch) {}
