package dev.regrow.gateway.server;

/**
 * Bytes without a known end, taken as fast as the client reads. One reader at a time; it is closed
 * once, also when it was never started.
 */
public interface ByteStream {

  /** What there is at the moment. */
  sealed interface Next {}

  /** More bytes; they are not copied and must not change. */
  record Bytes(byte[] bytes) implements Next {}

  /** Nothing yet: who was given to {@link #start} will be run. */
  record Later() implements Next {}

  /** All has been said. */
  record End() implements Next {}

  /** It ended before all was said; the client is to notice. */
  record Broken() implements Next {}

  Next LATER = new Later();
  Next END = new End();
  Next BROKEN = new Broken();

  /**
   * Called once, before the first {@link #next}.
   *
   * @param ready to be run, by any thread, when there is news after {@link Later}; more often does
   *     no harm
   */
  void start(Runnable ready);

  /** Must not block. */
  Next next();

  /**
   * Whether it is to be broken off at once, though the client has not taken what there was: who was
   * given to {@link #start} was run.
   */
  default boolean isCutOff() {
    return false;
  }

  /** The client is gone, or has all of it. Must not block. */
  void close();
}
