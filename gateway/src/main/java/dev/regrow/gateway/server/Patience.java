package dev.regrow.gateway.server;

import java.time.Duration;

/**
 * How long is waited for what; each may be a second longer.
 *
 * @param head from the first byte of a request to the end of its head
 * @param answer until an answer begins
 * @param idle without a byte in or out
 * @param stranger for the head of its next request, from when it came, or from its last answer: of
 *     who was not admitted
 * @param unheard without a byte in, of who is asked every 15 seconds whether it is there
 * @param lingering for a client to close a connection over which all has been said
 */
record Patience(
    Duration head,
    Duration answer,
    Duration idle,
    Duration stranger,
    Duration unheard,
    Duration lingering) {

  /** Watches say something every 15 seconds, so they are never idle for long. */
  static final Patience USUAL =
      new Patience(
          Duration.ofSeconds(10),
          Duration.ofSeconds(15),
          Duration.ofMinutes(15),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(2));
}
