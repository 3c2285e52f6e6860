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

  /** What comes in once the connection is somebody's. */
  @Nullable Switch switched;

  Exchange(Request request, Incoming incoming, boolean old) {
    this.request = request;
    this.incoming = incoming;
    this.old = old;
  }

  /** To switch, until all of the request was read, which may be being done right now. */
  static boolean mustWait(@Nullable Answer answer) {
    return answer != null && answer.content() instanceof Answer.Switched;
  }

  /** Called about once a second. */
  void tick(long nowNanos, Patience patience) {
    if (!answered && nowNanos - beganNanos > patience.answer().toNanos()) {
      request.isLate();
    }
    incoming.tick(nowNanos);
    if (streamer != null) {
      streamer.tick(nowNanos);
    }
  }

  /** Whether no more may be taken off the wire at the moment. */
  boolean isFull() {
    return switched == null ? incoming.isFull() : switched.isFull();
  }
}
