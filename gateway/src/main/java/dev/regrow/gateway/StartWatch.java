package dev.regrow.gateway;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Says again and again, while a node does not serve yet, that it lives and what it waits for. A
 * node heals its instances long before it serves, and it may wait for others for hours: a service
 * manager that takes it for stuck, ends it and starts it again makes that longer and never shorter.
 */
final class StartWatch {

  /** How often it is said. */
  static final Duration PACE = Duration.ofSeconds(5);

  /** How long one word is good for; a JVM that starves may be late by this much. */
  static final Duration GOOD_FOR = Duration.ofMinutes(2);

  private StartWatch() {}

  /**
   * Until {@code serving} is complete, well or not.
   *
   * @param notReady what is waited for, a sentence
   * @param tell takes a line for people, and for how long it holds
   * @return the thread that says it, a daemon
   */
  static Thread follow(
      CompletionStage<?> serving,
      Supplier<Optional<String>> notReady,
      BiConsumer<String, Duration> tell) {
    return follow(serving, notReady, tell, PACE);
  }

  static Thread follow(
      CompletionStage<?> serving,
      Supplier<Optional<String>> notReady,
      BiConsumer<String, Duration> tell,
      Duration pace) {
    var served = serving.toCompletableFuture();
    Runnable watch =
        () -> {
          boolean over = served.isDone();
          while (!over) {
            tell.accept("Starting: " + notReady.get().orElse("almost ready"), GOOD_FOR);
            try {
              served.get(pace.toNanos(), TimeUnit.NANOSECONDS);
              over = true;
            } catch (TimeoutException stillStarting) {
              over = false;
            } catch (ExecutionException failed) {
              over = true; // Said by whoever waits for the start.
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              over = true;
            }
          }
        };
    var thread = new Thread(watch, "regrow-start-watch");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
