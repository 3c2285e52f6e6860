package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.RealPace;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Whether a run is to be ended before its time, and why; from any thread. */
public final class Ending {

  /** What ended it. */
  public enum Cause {
    /** Somebody. */
    INTERRUPTED,
    /** Its limit of time. */
    TIME,
    /** A claim that is broken, and says abort. */
    BREACH,
    /** Something that does not work. */
    FAILED
  }

  /**
   * @param why a sentence
   */
  public record Reason(Cause cause, String why) {}

  private final AtomicReference<@Nullable Reason> reason = new AtomicReference<>();
  private final AtomicReference<@Nullable RealPace> pace = new AtomicReference<>();
  private final CountDownLatch over = new CountDownLatch(1);

  /** Ends it; the first reason counts. */
  public void end(Cause cause, String why) {
    reason.compareAndSet(null, new Reason(cause, why));
    var played = pace.get();
    if (played != null) {
      played.giveUp();
    }
  }

  public Optional<Reason> reason() {
    return Optional.ofNullable(reason.get());
  }

  /** This is what faults are played by from now on. */
  void paces(RealPace playing) {
    pace.set(playing);
    if (reason.get() != null) {
      playing.giveUp();
    }
  }

  /** All is undone. */
  public void over() {
    over.countDown();
  }

  /** Waits until all is undone. */
  public void awaitOver() throws InterruptedException {
    over.await();
  }
}
