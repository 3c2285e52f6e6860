package dev.regrow.actors.bootstrap;

import dev.regrow.actors.agent.NodeAgent;
import dev.regrow.core.store.Store;
import dev.regrow.runtime.NodeRuntime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a node apart in order, each step bounded; a step that fails does not stop the next. */
final class NodeStopper implements RegrowNode.Stopper {

  private static final Logger LOG = LoggerFactory.getLogger(NodeStopper.class);
  private static final Duration END_INSTANCES_WITHIN = Duration.ofMinutes(5);
  private static final Duration LEAVE_WITHIN = Duration.ofSeconds(10);
  private static final Duration STEP_WITHIN = Duration.ofSeconds(5);

  private final ActorSystem<NodeAgent.Command> nodeSystem;
  private final CompletableFuture<ClusterLifetime> cluster;
  private final CompletableFuture<NodeRuntime> runtime;
  private final CompletableFuture<Store> store;
  private final DataDirectory data;
  private final ExecutorService blocking;
  private final ExecutorService scheduler;
  private final AtomicReference<@Nullable CompletableFuture<Void>> stopped =
      new AtomicReference<>();

  NodeStopper(
      ActorSystem<NodeAgent.Command> nodeSystem,
      CompletableFuture<ClusterLifetime> cluster,
      CompletableFuture<NodeRuntime> runtime,
      CompletableFuture<Store> store,
      DataDirectory data,
      ExecutorService blocking,
      ExecutorService scheduler) {
    this.nodeSystem = nodeSystem;
    this.cluster = cluster;
    this.runtime = runtime;
    this.store = store;
    this.data = data;
    this.blocking = blocking;
    this.scheduler = scheduler;
  }

  @Override
  public CompletionStage<Void> stop(StopMode mode) {
    var mine = new CompletableFuture<Void>();
    if (stopped.compareAndSet(null, mine)) {
      blocking.execute(
          () -> {
            takeApart(mode);
            mine.complete(null);
            scheduler.shutdown();
            blocking.shutdown();
          });
      return mine;
    }
    var first = stopped.get();
    return first == null ? mine : first;
  }

  @Override
  public void endClusterSystem() {
    var unused = cluster.thenAccept(ClusterLifetime::endSystem);
  }

  private void takeApart(StopMode mode) {
    if (mode == StopMode.END_INSTANCES && !runtime.isCompletedExceptionally()) {
      CompletionStage<Done> ended =
          AskPattern.ask(
              nodeSystem, NodeAgent.EndAll::new, END_INSTANCES_WITHIN, nodeSystem.scheduler());
      await("ending the instances", ended.toCompletableFuture(), END_INSTANCES_WITHIN);
    }
    // Also when it has not come up yet: it must not start after all else has gone.
    await("leaving the cluster", cluster.thenCompose(ClusterLifetime::stop), LEAVE_WITHIN);
    nodeSystem.terminate();
    await("the node system", nodeSystem.getWhenTerminated().toCompletableFuture(), STEP_WITHIN);
    close("the machine", runtime);
    close("the store", store);
    Closing.quietly("the data directory", data);
  }

  private static void close(String what, CompletableFuture<? extends AutoCloseable> part) {
    // What is still opening is waited for: it must not come up after everything else has gone.
    await(what, part, STEP_WITHIN);
    if (part.isDone() && !part.isCompletedExceptionally()) {
      Closing.quietly(what, part.join());
    }
  }

  private static void await(String what, Future<?> step, Duration within) {
    try {
      step.get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("{} took longer than {} s; going on without", what, within.toSeconds());
    } catch (ExecutionException e) {
      LOG.debug("{} had failed: {}", what, Closing.causeOf(e).getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.warn("{} was interrupted", what);
    }
  }
}
