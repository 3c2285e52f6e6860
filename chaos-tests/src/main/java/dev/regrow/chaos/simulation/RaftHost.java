package dev.regrow.chaos.simulation;

import dev.regrow.core.store.TxnResult;
import java.util.Set;
import java.util.function.Consumer;

/** Where messages go, and what is to be done with what is agreed. */
interface RaftHost {
  void send(Peer to, Consumer<Raft> message);

  void later(long millis, Runnable task);

  long between(long least, long most);

  long millis();

  TxnResult apply(int index, LogEntry entry);

  boolean has(Bug bug);

  /** Nodes that keep the store. */
  Set<Integer> servers();

  Set<Peer> founders();
}
