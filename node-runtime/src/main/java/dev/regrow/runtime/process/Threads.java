package dev.regrow.runtime.process;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Pools for what blocks. */
final class Threads {

  private static final long FINISH_SECONDS = 5;

  private Threads() {}

  /** Daemon threads, made when needed and gone when idle for long. */
  static ExecutorService pool(String name, int size) {
    var count = new AtomicInteger();
    var pool =
        new ThreadPoolExecutor(
            size,
            size,
            60,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              var thread = new Thread(task, name + "-" + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Lets what was begun end, for a few seconds. */
  static void finish(ExecutorService pool) {
    pool.shutdown();
    try {
      if (!pool.awaitTermination(FINISH_SECONDS, TimeUnit.SECONDS)) {
        pool.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
