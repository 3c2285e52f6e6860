/**
 * The workload entity: one actor per workload that is being changed or healed.
 *
 * <p>It leans on the core's decisions, the store's port, the board and the link to nodes; the actor
 * itself only stores, sends and waits. Open {@link dev.regrow.actors.workload.WorkloadEntity}
 * first.
 */
@NullMarked
package dev.regrow.actors.workload;

import org.jspecify.annotations.NullMarked;
