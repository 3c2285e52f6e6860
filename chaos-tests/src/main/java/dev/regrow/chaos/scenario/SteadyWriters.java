package dev.regrow.chaos.scenario;

import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.RegrowClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Clients that write all the time as a good client does: to whatever node answers, and what failed
 * once more. Each has a key of its own, and counts.
 */
public final class SteadyWriters implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long PAUSE_NANOS = 10_000_000;
  private static final long BEFORE_AGAIN_NANOS = 500_000_000;
  private static final String COUNT = "count";

  private final Supplier<Context> context;
  private final List<Thread> threads = new ArrayList<>();
  private final Map<String, Long> last = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> failedTwice = new ConcurrentLinkedQueue<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong repeated = new AtomicLong();
  private volatile long slowestNanos;
  private volatile boolean stopping;

  /**
   * What happened.
   *
   * @param repeated writes that were acknowledged at the second try
   * @param lost keys that hold less than was acknowledged, as sentences
   */
  public record Story(
      long acknowledged,
      long repeated,
      long slowestMillis,
      List<String> failedTwice,
      List<String> lost) {}

  private SteadyWriters(Supplier<Context> context) {
    this.context = context;
  }

  /**
   * @param context read anew for each write: nodes come and go
   */
  public static SteadyWriters start(Supplier<Context> context, int count) {
    var writers = new SteadyWriters(context);
    for (int i = 0; i < count; i++) {
      String key = "steady-" + i;
      var thread = new Thread(() -> writers.run(key), key);
      writers.threads.add(thread);
      thread.start();
    }
    return writers;
  }

  private void run(String key) {
    for (long count = 1; !stopping; count++) {
      long began = System.nanoTime();
      var first = write(key, count);
      if (!first.isEmpty()) {
        LockSupport.parkNanos(BEFORE_AGAIN_NANOS);
        var second = write(key, count);
        if (!second.isEmpty()) {
          failedTwice.add("%s=%d: %s, then %s".formatted(key, count, first, second));
          continue;
        }
        repeated.incrementAndGet();
      }
      slowestNanos = Math.max(slowestNanos, System.nanoTime() - began);
      last.put(key, count);
      acknowledged.incrementAndGet();
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Nothing when it was acknowledged, else what was said. */
  private String write(String key, long count) {
    var wanted = Programs.complete(Programs.sleeper(key, 0).putLabels(COUNT, Long.toString(count)));
    try (var client = RegrowClient.of(context.get(), PATIENCE)) {
      client.send(Calls.apply(wanted));
      return "";
    } catch (ApiException failed) {
      return String.valueOf(failed.getMessage());
    }
  }

  /** Stops them, and reads what is there. */
  public Story stop() {
    end();
    var lost = new ArrayList<String>();
    try (var client = RegrowClient.of(context.get(), PATIENCE)) {
      last.forEach(
          (key, count) -> {
            var there =
                client.send(Calls.workload(Programs.NAMESPACE, key)).getLabelsOrDefault(COUNT, "0");
            if (Long.parseLong(there) < count) {
              lost.add("%s holds %s; %d was acknowledged".formatted(key, there, count));
            }
          });
    }
    return new Story(
        acknowledged.get(),
        repeated.get(),
        slowestNanos / 1_000_000,
        List.copyOf(failedTwice),
        lost);
  }

  private void end() {
    stopping = true;
    for (var thread : threads) {
      try {
        thread.join(PATIENCE.multipliedBy(3).toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while stopping", e);
      }
    }
  }

  @Override
  public void close() {
    end();
  }
}
