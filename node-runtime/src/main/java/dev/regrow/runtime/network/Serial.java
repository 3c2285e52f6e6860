package dev.regrow.runtime.network;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.syscall.SyscallException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that does what it is told, in order; a failure does not end it. Thread-safe. */
final class Serial {

  private static final Logger LOG = LoggerFactory.getLogger(Serial.class);

  private final ScheduledThreadPoolExecutor thread;

  Serial(String name) {
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              var made = new Thread(task, name);
              made.setDaemon(true);
              return made;
            });
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Nothing happens once it is closed. */
  void execute(Runnable action) {
    after(Duration.ZERO, action);
  }

  /** As {@link #execute}, but not before this time has passed. */
  void after(Duration wait, Runnable action) {
    try {
      var unused = thread.schedule(() -> guarded(action), wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("the node is stopping");
    }
  }

  /** Again and again, with this time between one and the next, and before the first. */
  void repeat(Duration every, Runnable action) {
    try {
      long nanos = every.toNanos();
      var unused =
          thread.scheduleWithFixedDelay(() -> guarded(action), nanos, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("the node is stopping");
    }
  }

  /**
   * What the action gives or throws.
   *
   * @throws RejectedExecutionException once it is closed
   */
  <T> CompletableFuture<T> ask(Supplier<T> action) {
    return CompletableFuture.supplyAsync(action, thread);
  }

  private static void guarded(Runnable action) {
    try {
      action.run();
    } catch (RuntimeFailure | SyscallException | UncheckedIOException e) {
      LOG.warn("the network of this node's instances: {}", e.getMessage());
    }
  }

  /**
   * What is under way and what it was told to do at once comes to its end, then this; what was put
   * off is not done. Idempotent.
   *
   * @param patience how long this may block; then the thread is interrupted
   */
  void close(Duration patience, Runnable last) {
    execute(last);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.warn(
            "the network of this node's instances is left as it is: its change did not end in {} s",
            patience.toSeconds());
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      thread.shutdownNow();
    }
  }
}
