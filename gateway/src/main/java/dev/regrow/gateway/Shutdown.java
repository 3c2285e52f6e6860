package dev.regrow.gateway;

import ch.qos.logback.classic.LoggerContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens on TERM, INT or an exit of our own: what its machine's end asks for, the gateway,
 * then the node, each bounded. A JVM that is told to end by a signal would say 143; this one ended
 * in order and says 0.
 */
final class Shutdown {

  /** How long answers may take to finish. */
  static final Duration DRAIN = Duration.ofMillis(500);

  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);
  private static final Duration GATEWAY_WITHIN = Duration.ofSeconds(3);
  private static final Duration NODE_WITHIN = Duration.ofSeconds(40);
  private static final AtomicInteger EXIT_CODE = new AtomicInteger();

  private volatile Runnable before = () -> {};
  private volatile Supplier<CompletionStage<Void>> first =
      () -> CompletableFuture.completedFuture(null);
  private volatile Supplier<CompletionStage<Void>> last = first;
  private volatile boolean began;
  private final Runnable announced;

  /**
   * @param announced runs first, and must not block
   */
  Shutdown(Runnable announced) {
    this.announced = announced;
    Runtime.getRuntime().addShutdownHook(new Thread(this::run, "regrow-shutdown"));
  }

  /** Done while all still serves; bounds itself. */
  void before(Runnable work) {
    before = work;
  }

  void stopFirst(Supplier<CompletionStage<Void>> stop) {
    first = stop;
  }

  void stopLast(Supplier<CompletionStage<Void>> stop) {
    last = stop;
  }

  boolean began() {
    return began;
  }

  /** Ends this JVM in order, with that code. */
  static void exit(int exitCode) {
    EXIT_CODE.compareAndSet(0, exitCode);
    System.exit(exitCode);
  }

  private void run() {
    began = true;
    announced.run();
    before.run();
    LOG.info("Stopping; the instances live on");
    await("the gateway", first, GATEWAY_WITHIN);
    await("the node", last, NODE_WITHIN);
    LOG.info("Stopped");
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
    Runtime.getRuntime().halt(EXIT_CODE.get());
  }

  private static void await(String what, Supplier<CompletionStage<Void>> stop, Duration within) {
    try {
      stop.get().toCompletableFuture().get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("Stopping {} took longer than {} s; going on without", what, within.toSeconds());
    } catch (ExecutionException e) {
      LOG.warn("Stopping {} failed: {}", what, String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
