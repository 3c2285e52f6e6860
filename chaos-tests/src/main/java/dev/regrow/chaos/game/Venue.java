package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Injector;
import dev.regrow.client.RegrowClient;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Where a scenario is played. */
interface Venue extends AutoCloseable {

  /** What it is, for a report. */
  String words();

  /** The namespace in which workloads are looked at. */
  String namespace();

  List<String> nodes();

  /** A client that asks any node that answers. */
  RegrowClient client(Duration timeout);

  /** A connection to a port of a node, from somewhere that reaches all of them. */
  Socket connect(String node, int port, Duration within) throws IOException;

  Injector injector();

  /** Why these cannot be done here, and what to do, in words. */
  String refusal(Set<FaultKind> kinds);

  /** Takes away every fault that is left, and what was made for the run. */
  @Override
  void close();
}
