package dev.regrow.chaos.game;

import dev.regrow.chaos.game.Ending.Cause;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends a run as soon as a claim that says abort is lost. */
final class Watch implements AutoCloseable {

  private static final int EVERY_MILLIS = 250;

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            var thread = new Thread(work, "watch");
            thread.setDaemon(true);
            return thread;
          });

  private Watch() {}

  /** Why a run must end; "" while it must not. */
  interface Breach {
    String now(Observing observing, long fromMillis);
  }

  static Watch start(Breach breach, Observing observing, long fromMillis, Ending ending) {
    var watch = new Watch();
    var unused =
        watch.clock.scheduleWithFixedDelay(
            () -> {
              var why = breach.now(observing, fromMillis);
              if (!why.isEmpty()) {
                ending.end(Cause.BREACH, why);
              }
            },
            EVERY_MILLIS,
            EVERY_MILLIS,
            TimeUnit.MILLISECONDS);
    return watch;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
