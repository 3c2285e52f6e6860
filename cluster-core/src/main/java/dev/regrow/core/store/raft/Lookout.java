package dev.regrow.core.store.raft;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the server's keeper looks, on one thread: at once when it is told that something happened,
 * soon again while something is under way, and seldom, in case nobody told, when all is settled.
 */
final class Lookout implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);
  private static final Duration SOON = Duration.ofMillis(500);
  private static final Duration SELDOM = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(10);

  private final BooleanSupplier look;
  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(1, RaftStore.threads("store-keeper"));
  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile boolean begun;
  private @Nullable ScheduledFuture<?> next;

  /**
   * @param look says whether all is settled
   */
  Lookout(BooleanSupplier look) {
    this.look = look;
    thread.setRemoveOnCancelPolicy(true);
  }

  /** The first look; whatever is told before is covered by it. */
  void begin() {
    begun = true;
    now();
  }

  /** Looks as soon as the look under way, if any, is over. From any thread. */
  void now() {
    if (begun && asked.compareAndSet(false, true)) {
      try {
        thread.execute(this::lookAndGoOn);
      } catch (RejectedExecutionException closed) {
        LOG.debug("nobody looks at the store's server any more");
      }
    }
  }

  /** Beside the looks, on the same thread. */
  void every(Duration delay, Runnable work) {
    var unused = thread.scheduleWithFixedDelay(work, 0, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void lookAndGoOn() {
    asked.set(false); // First: what happens from here on wants another look.
    if (next != null) {
      next.cancel(false);
    }
    boolean settled = false;
    try {
      settled = look.getAsBoolean();
    } catch (RuntimeException bug) {
      LOG.error("the look at the store's server failed, another one follows", bug);
    } finally {
      goOn(settled ? SELDOM : SOON);
    }
  }

  private void goOn(Duration delay) {
    if (!thread.isShutdown()) {
      try {
        next = thread.schedule(this::lookAndGoOn, delay.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException closed) {
        LOG.debug("nobody looks at the store's server any more");
      }
    }
  }

  /** Waits for a look under way: it may be starting a server just now. */
  @Override
  public void close() {
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("the store's keeper did not end within {}", CLOSE);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
