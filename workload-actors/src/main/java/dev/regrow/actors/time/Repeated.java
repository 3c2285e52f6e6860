package dev.regrow.actors.time;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.SchedulerException;
import org.jspecify.annotations.Nullable;
import scala.concurrent.ExecutionContext;

/** A timer that waits for another beat after each run, until it is cancelled or its work throws. */
final class Repeated implements Runnable, Cancellable {

  private final Runnable work;
  private final ExecutionContext executor;
  private final Beats beats;
  private final long delayNanos;

  /** What ends the wait for the next run; null: cancelled. */
  private final AtomicReference<@Nullable Runnable> forget = new AtomicReference<>(() -> {});

  Repeated(Runnable work, ExecutionContext executor, Beats beats, long delayNanos) {
    this.work = work;
    this.executor = executor;
    this.beats = beats;
    this.delayNanos = delayNanos;
  }

  /**
   * @param first the wait for the first run; if it is over already, a cancelled wait for the second
   *     is merely not forgotten before its beat
   */
  void startWith(Cancellable first) {
    waitingUntil(first::cancel);
  }

  private void waitingUntil(Runnable forgetIt) {
    if (forget.updateAndGet(before -> before == null ? null : forgetIt) == null) {
      forgetIt.run();
    }
  }

  @Override
  public void run() {
    if (isCancelled()) {
      return;
    }
    try {
      work.run();
    } catch (SchedulerException receiverEnded) {
      return; // So does Pekko's own: nobody is left to be told.
    }
    if (!isCancelled()) {
      try {
        waitingUntil(beats.add(delayNanos, executor, this));
      } catch (RejectedExecutionException systemEnded) {
        cancel();
      }
    }
  }

  @Override
  public boolean cancel() {
    Runnable wait = forget.getAndSet(null);
    if (wait != null) {
      wait.run();
    }
    return wait != null;
  }

  @Override
  public boolean isCancelled() {
    return forget.get() == null;
  }
}
