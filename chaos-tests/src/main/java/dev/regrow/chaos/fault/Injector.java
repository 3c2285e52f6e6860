package dev.regrow.chaos.fault;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whoever can make faults happen: a lab, or a running cluster through its gateway.
 *
 * <p>Called by one thread at a time. Neither {@code inject} nor {@code undo} waits until a cluster
 * has healed from it; they return as soon as the fault, or its end, is in place.
 */
public interface Injector {

  /** The kinds that it can do here. */
  Set<FaultKind> able();

  /** What there is now, and who leads; asked before each fault whose words mean somebody. */
  Aiming.Scene scene();

  /**
   * Makes it happen. Its end is not kept here: whoever asked calls {@link Injection#undo}.
   *
   * @param fault with names only, of a kind that is {@link #able}
   * @throws NotNow if it would do more harm than it says, or its target isn't there any more
   */
  Injection inject(Fault fault);

  /** A fault that is in place. */
  interface Injection {

    /** What was done, in a few words, with names that were found: {@code web-2 on n1 killed}. */
    String done();

    /** Takes it away; does nothing the second time, nor for a fault that was over at once. */
    void undo();

    /**
     * One whose end is this.
     *
     * @param undo run once at most
     */
    static Injection of(String done, Runnable undo) {
      var undone = new AtomicBoolean();
      return new Injection() {
        @Override
        public String done() {
          return done;
        }

        @Override
        public void undo() {
          if (undone.compareAndSet(false, true)) {
            undo.run();
          }
        }
      };
    }
  }

  /** Refused for the moment; a plan goes on without it. */
  final class NotNow extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * @param why as "n3 does not vote yet"
     */
    public NotNow(String why) {
      super(why);
    }
  }
}
