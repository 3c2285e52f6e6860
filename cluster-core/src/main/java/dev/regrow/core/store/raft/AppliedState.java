package dev.regrow.core.store.raft;

import dev.regrow.core.store.Replica;
import org.apache.ratis.server.protocol.TermIndex;

/**
 * The replica, and how far into the log it is. It outlives a restart of the Raft server in place,
 * so that readers never see the state go back while the log is replayed.
 */
final class AppliedState {

  private final Replica replica;
  private volatile TermIndex applied = TermIndex.INITIAL_VALUE;

  AppliedState(Replica replica) {
    this.replica = replica;
  }

  Replica replica() {
    return replica;
  }

  TermIndex applied() {
    return applied;
  }

  void advanceTo(TermIndex at) {
    applied = at;
  }

  /** Whether the replica already holds what this log entry did. */
  boolean holds(long raftIndex) {
    return raftIndex <= applied.getIndex();
  }
}
