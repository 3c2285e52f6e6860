package dev.regrow.gateway;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a small process small: the serial collector lets its heap grow to the limit before it looks
 * what of it still lives, and gives back only what a full collection has freed. Where the heap is
 * some 20 MB that takes 50 ms, which nobody waits for at a witness.
 */
final class HeapTrim {

  /** So much garbage is not worth a collection. */
  static final long WORTH_BYTES = 3L << 20;

  private static final long LOOK_SECONDS = 1;

  private final Runtime runtime = Runtime.getRuntime();
  private long livedBytes;

  private HeapTrim() {}

  /** Begins, on a thread of its own, for as long as this process lives. */
  static void begin() {
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              var daemon = new Thread(task, "heap-trim");
              daemon.setDaemon(true);
              return daemon;
            });
    var unused =
        thread.scheduleWithFixedDelay(
            new HeapTrim()::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
  }

  private void look() {
    if (isWorth(livedBytes, used())) {
      System.gc();
      livedBytes = used();
    }
  }

  private long used() {
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** A sixth of a large heap, and no less than some megabytes. */
  static boolean isWorth(long livedBytes, long usedBytes) {
    return usedBytes - livedBytes > Math.max(WORTH_BYTES, livedBytes / 6);
  }
}
