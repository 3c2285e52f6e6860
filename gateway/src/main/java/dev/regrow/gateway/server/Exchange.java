package dev.regrow.gateway.server;

import org.jspecify.annotations.Nullable;

/** One request and its answer on a connection. For the connection's event loop alone. */
final class Exchange {

  final Request request;
  final Incoming incoming;

  /** Whether the client knows HTTP/1.0 only. */
  final boolean old;

  final long beganNanos = System.nanoTime();

  /** Whether the client wants to know first whether the body is wanted, and does not know yet. */
  boolean uninvited;

  /** Whether the connection ends with it. */
  boolean last;

  boolean answered;

  /** Whether all of the answer has been handed to the network. */
  boolean written;

  @Nullable Streamer streamer;

  Exchange(Request request, Incoming incoming, boolean old) {
    this.request = request;
    this.incoming = incoming;
    this.old = old;
  }
}
