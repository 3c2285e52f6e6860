package dev.regrow.gateway.metrics;

import java.util.concurrent.atomic.LongAdder;

/** Counts durations in fixed buckets; thread-safe and without locks. */
final class Histogram {

  /** Upper bounds in nanoseconds: 1 ms to 10 s, roughly doubling. */
  private static final long[] BOUNDS = {
    1_000_000L,
    2_500_000L,
    5_000_000L,
    10_000_000L,
    25_000_000L,
    50_000_000L,
    100_000_000L,
    250_000_000L,
    500_000_000L,
    1_000_000_000L,
    2_500_000_000L,
    5_000_000_000L,
    10_000_000_000L
  };

  private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
  private final LongAdder sumNanos = new LongAdder();

  Histogram() {
    for (int i = 0; i < counts.length; i++) {
      counts[i] = new LongAdder();
    }
  }

  void record(long nanos) {
    int bucket = 0;
    while (bucket < BOUNDS.length && nanos > BOUNDS[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    sumNanos.add(nanos);
  }

  /**
   * @param labels without braces, as {@code method="GET"}
   */
  void writeTo(PrometheusText text, String name, String labels) {
    long total = 0;
    for (int i = 0; i < BOUNDS.length; i++) {
      total += counts[i].sum();
      text.sample(name + "_bucket", labels + ",le=\"" + BOUNDS[i] / 1e9 + "\"", total);
    }
    total += counts[BOUNDS.length].sum();
    text.sample(name + "_bucket", labels + ",le=\"+Inf\"", total);
    text.sample(name + "_sum", labels, sumNanos.sum() / 1e9);
    text.sample(name + "_count", labels, total);
  }
}
