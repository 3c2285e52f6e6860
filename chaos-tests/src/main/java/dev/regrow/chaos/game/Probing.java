package dev.regrow.chaos.game;

import dev.regrow.chaos.report.RunReport.Sample;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Asks one question again and again, each at its time, whether or not those before were answered:
 * who waits for slow answers sees too few of them.
 */
final class Probing implements AutoCloseable {

  private static final int OPEN_MAX = 256;
  private static final Duration PATIENCE_LEAST = Duration.ofSeconds(1);

  private final Hypothesis.Answers hypothesis;
  private final Asker asker;
  private final LongSupplier millis;
  private final Duration patience;
  private final ConcurrentLinkedQueue<Sample> samples = new ConcurrentLinkedQueue<>();
  private final Semaphore open = new Semaphore(OPEN_MAX);
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Probing::thread);
  private final ExecutorService asking = Executors.newCachedThreadPool(Probing::thread);

  private Probing(Hypothesis.Answers hypothesis, Asker asker, LongSupplier millis) {
    this.hypothesis = hypothesis;
    this.asker = asker;
    this.millis = millis;
    var twice = hypothesis.within().multipliedBy(2);
    this.patience = twice.compareTo(PATIENCE_LEAST) < 0 ? PATIENCE_LEAST : twice;
  }

  /**
   * @param millis since the run began
   */
  static Probing start(Hypothesis.Answers hypothesis, Reach reach, LongSupplier millis) {
    var probing = new Probing(hypothesis, new Asker(reach, hypothesis.question()), millis);
    long every = hypothesis.every().toMillis();
    var unused = probing.clock.scheduleAtFixedRate(probing::next, 0, every, TimeUnit.MILLISECONDS);
    return probing;
  }

  private static Thread thread(Runnable work) {
    var thread = new Thread(work, "probe");
    thread.setDaemon(true);
    return thread;
  }

  private void next() {
    if (open.tryAcquire()) {
      asking.execute(this::ask);
    } else {
      samples.add(
          new Sample(millis.getAsLong(), 0, false, OPEN_MAX + " questions wait for answers"));
    }
  }

  private void ask() {
    long at = millis.getAsLong();
    long began = System.nanoTime();
    try {
      var why = asker.ask(patience);
      double took = (System.nanoTime() - began) / 1e6;
      boolean late = why.isEmpty() && took > hypothesis.within().toMillis();
      samples.add(
          new Sample(
              at,
              took,
              why.isEmpty() && !late,
              late ? "answered after " + Math.round(took) + " ms" : why));
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
    } finally {
      open.release();
    }
  }

  Hypothesis.Answers hypothesis() {
    return hypothesis;
  }

  /** All that are answered or given up, by the time at which they were asked. */
  List<Sample> samples() {
    return samples.stream().sorted(Comparator.comparingLong(Sample::atMillis)).toList();
  }

  /** Asks no more, and waits for what was asked. */
  @Override
  public void close() {
    clock.shutdownNow();
    asking.shutdown();
    try {
      if (!asking.awaitTermination(patience.toMillis() * 2, TimeUnit.MILLISECONDS)) {
        asking.shutdownNow();
      }
    } catch (InterruptedException e) {
      asking.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
