package dev.regrow.runtime;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether a launch that takes its time is still wanted. It is decided once: either its process is
 * being started, or it was revoked and none ever is. Thread-safe.
 */
public final class Permit {

  private enum Use {
    OPEN,
    TAKEN,
    REVOKED
  }

  private final AtomicReference<Use> use = new AtomicReference<>(Use.OPEN);

  /** For who is about to start the process: false if it is not wanted any more. */
  public boolean take() {
    return use.compareAndSet(Use.OPEN, Use.TAKEN) || use.get() == Use.TAKEN;
  }

  /** For who does not want it any more: false if it may be there already, or in a moment. */
  public boolean revoke() {
    return use.compareAndSet(Use.OPEN, Use.REVOKED) || use.get() == Use.REVOKED;
  }
}
