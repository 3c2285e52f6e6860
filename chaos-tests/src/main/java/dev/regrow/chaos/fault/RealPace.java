package dev.regrow.chaos.fault;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Time as it passes, that can be cut short from another thread. */
public final class RealPace implements Playing.Pace {

  private final long beganNanos = System.nanoTime();
  private final CountDownLatch givenUp = new CountDownLatch(1);

  @Override
  public Duration now() {
    return Duration.ofNanos(System.nanoTime() - beganNanos);
  }

  @Override
  public boolean until(Duration time) {
    try {
      long nanos = Math.max(0, time.minus(now()).toNanos());
      return !givenUp.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whoever waits goes on at once, and is told to give up. */
  public void giveUp() {
    givenUp.countDown();
  }
}
