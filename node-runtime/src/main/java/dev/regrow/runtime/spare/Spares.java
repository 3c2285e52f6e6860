package dev.regrow.runtime.spare;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.syscall.SyscallException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few of something, made by one thread between their uses, once the first was asked for.
 * Thread-safe.
 */
public final class Spares<T> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Spares.class);
  private static final long PATIENCE_SECONDS = 10;

  private final String what;
  private final int count;
  private final Supplier<T> making;
  private final Consumer<T> ending;
  private final ThreadPoolExecutor thread;
  private final ArrayDeque<T> ready = new ArrayDeque<>();
  private boolean closed;

  /**
   * @param name of the thread
   * @param what one of them is, as "a shim"
   * @param count how many are kept ready
   * @param making may fail with a {@link RuntimeFailure} or {@link SyscallException}
   * @param ending one that nobody will use
   */
  public Spares(String name, String what, int count, Supplier<T> making, Consumer<T> ending) {
    this.what = what;
    this.count = count;
    this.making = making;
    this.ending = ending;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              var made = new Thread(task, name);
              made.setDaemon(true);
              return made;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  /** One that is ready, now the caller's own; null: none is. */
  public synchronized @Nullable T poll() {
    return ready.poll();
  }

  /** Those that wait. */
  public synchronized List<T> waiting() {
    return List.copyOf(ready);
  }

  /**
   * One made now by the thread that makes all of them, the caller's own.
   *
   * @throws RuntimeFailure if it cannot be made
   */
  public T make() {
    try {
      return CompletableFuture.supplyAsync(making, thread).join();
    } catch (RejectedExecutionException e) {
      throw new RuntimeFailure("the node is stopping", true, e);
    } catch (CompletionException e) {
      throw new RuntimeFailure("cannot make %s: %s".formatted(what, e.getCause()), true, e);
    }
  }

  /** Sees to it that the next one who asks finds one; returns at once. */
  public synchronized void refill() {
    if (!closed && ready.size() < count) {
      thread.execute(this::makeReady);
    }
  }

  private void makeReady() {
    synchronized (this) {
      if (closed || ready.size() >= count) {
        return;
      }
    }
    try {
      var made = making.get();
      synchronized (this) {
        if (!closed) {
          ready.add(made);
          return;
        }
      }
      ending.accept(made);
    } catch (SyscallException | RuntimeFailure e) {
      LOG.warn("cannot make {} ahead of its use: {}", what, e.getMessage());
    }
  }

  /** Ends those that wait. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    thread.shutdown();
    try {
      if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("{} is still being made", what);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (var spare = poll(); spare != null; spare = poll()) {
      ending.accept(spare);
    }
  }
}
