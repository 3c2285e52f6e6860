/**
 * Where workload entities live and what wakes them.
 *
 * <p>It leans on cluster sharding, the store and the workload entity. Open {@link
 * dev.regrow.actors.sharding.Workloads} first.
 */
@NullMarked
package dev.regrow.actors.sharding;

import org.jspecify.annotations.NullMarked;
