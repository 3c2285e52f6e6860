package dev.regrow.chaos.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a server of the store is on disk. */
final class Disk {
  Peer self;
  long term;
  @Nullable Peer votedFor;
  final List<LogEntry> log = new ArrayList<>();
  int synced;
  long fsyncMillis = 2;

  Disk(Peer self) {
    this.self = self;
  }

  /** Power is gone: what was not written never was. */
  void crash() {
    log.subList(synced, log.size()).clear();
  }

  void wipe(boolean staysItself) {
    self = staysItself ? self : new Peer(self.node(), self.disk() + 1);
    term = 0;
    votedFor = null;
    log.clear();
    synced = 0;
  }
}
