package dev.regrow.chaos.scenario;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How long calls took. */
public final class Latencies {

  private final Histogram nanos = new Histogram(3);

  /** Makes the call and notes its time. */
  public void of(Runnable call) {
    long began = System.nanoTime();
    call.run();
    nanos.recordValue(System.nanoTime() - began);
  }

  public double percentileMillis(double percentile) {
    return nanos.getValueAtPercentile(percentile) / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }

  @Override
  public String toString() {
    return "%d calls, p50 %.1f ms, p95 %.1f ms, max %.1f ms"
        .formatted(
            nanos.getTotalCount(),
            percentileMillis(50),
            percentileMillis(95),
            percentileMillis(100));
  }
}
