/**
 * The store as a Raft group: log, snapshots, leadership and recovery, by Apache Ratis.
 *
 * <p>It may lean on the port, on {@link dev.regrow.core.identity} for its mutual TLS and on {@link
 * dev.regrow.core.disk}; nothing outside this package knows Ratis. Open {@link
 * dev.regrow.core.store.raft.RaftStore} first.
 */
@NullMarked
package dev.regrow.core.store.raft;

import org.jspecify.annotations.NullMarked;
