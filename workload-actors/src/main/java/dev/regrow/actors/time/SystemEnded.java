package dev.regrow.actors.time;

/**
 * A timer was to be set in an actor system that has ended. Whoever asks an actor sets one before
 * the question leaves, so nothing was asked.
 */
public final class SystemEnded extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  public SystemEnded(Throwable cause) {
    super("the actor system has ended, and its timers with it", cause);
  }
}
