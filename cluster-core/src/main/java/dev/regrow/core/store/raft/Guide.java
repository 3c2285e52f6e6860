package dev.regrow.core.store.raft;

import java.util.List;
import java.util.function.Supplier;

/** Whom to ask next: the leader if it is known, else the servers in turn. Thread-safe. */
final class Guide {

  private final Supplier<List<String>> servers;
  private String leader = "";
  private int turn;

  /**
   * @param servers HOST:PORT of those who may know
   */
  Guide(Supplier<List<String>> servers) {
    this.servers = servers;
  }

  /** HOST:PORT, or nothing if no server is known. */
  synchronized String next() {
    return leader.isEmpty() ? anyone() : leader;
  }

  /** Any server, another one each time. */
  synchronized String anyone() {
    List<String> known = servers.get();
    return known.isEmpty() ? "" : known.get(Math.floorMod(turn++, known.size()));
  }

  /** Somebody said who leads; nothing: they do not know. */
  synchronized void leads(String address) {
    leader = address;
  }

  synchronized void failed(String address) {
    if (leader.equals(address)) {
      leader = "";
    }
  }
}
