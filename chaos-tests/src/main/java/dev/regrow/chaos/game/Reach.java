package dev.regrow.chaos.game;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/** Which nodes there are, and a way to each of them. */
interface Reach {

  /** Their names. */
  List<String> nodes();

  /** A connection to a port of a node, from somewhere that reaches all of them. */
  Socket connect(String node, int port, Duration within) throws IOException;
}
