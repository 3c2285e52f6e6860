package dev.regrow.chaos.bench;

import java.nio.file.Path;
import java.util.List;

/** Running servers of one system, as the comparison sees them. */
interface StoreServers extends AutoCloseable {

  /** The APIs that are measured, by the client's names. */
  List<String> apis();

  /** The leader's first, each HOST:PORT. */
  List<String> endpoints();

  List<Long> pids();

  /** What the client shows to be let in; any file where none is needed. */
  Path tokenFile();

  @Override
  void close();
}
