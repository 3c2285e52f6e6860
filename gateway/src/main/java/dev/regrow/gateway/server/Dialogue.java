package dev.regrow.gateway.server;

/**
 * Both directions at once. What goes out is taken as from any other stream, each part a message;
 * {@link Next} that is broken or at its end ends both. What comes in may come while that goes on.
 */
public interface Dialogue extends ByteStream {

  /**
   * A part of a message of the client's. Must not block.
   *
   * @param begins whether a message begins with it
   * @param ends whether it ends with it; where there are no messages, each part is one
   */
  void take(byte[] part, boolean begins, boolean ends);

  /**
   * Whether no more may be taken off the wire for now. Who was given to {@link #start} is to be run
   * when that ends.
   */
  boolean isFull();
}
