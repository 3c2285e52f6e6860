package dev.regrow.actors.testing;

import dev.regrow.actors.agent.Uplink;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.core.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A cluster that takes facts and knows assignments; at first there are none. */
public final class FakeUplink implements Uplink {

  private final Consumer<NodeFact> facts;
  private final Semaphore asked = new Semaphore(0);
  private volatile CompletableFuture<List<NodeOrder.Run>> answer =
      CompletableFuture.completedFuture(List.of());

  public FakeUplink(Consumer<NodeFact> facts) {
    this.facts = facts;
  }

  public void assign(List<NodeOrder.Run> runs) {
    answer = CompletableFuture.completedFuture(List.copyOf(runs));
  }

  public void failAssignments(String message) {
    answer =
        CompletableFuture.failedFuture(
            new StoreException(StoreException.Kind.NO_MAJORITY, message));
  }

  /** The answer comes when the test completes it. */
  public CompletableFuture<List<NodeOrder.Run>> holdAssignments() {
    var held = new CompletableFuture<List<NodeOrder.Run>>();
    answer = held;
    return held;
  }

  /** Waits until assignments were asked for so many times more. */
  public void awaitAsked(int times) {
    try {
      if (!asked.tryAcquire(times, 3, TimeUnit.SECONDS)) {
        throw new AssertionError("asked %d times of %d".formatted(asked.availablePermits(), times));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void send(NodeFact fact) {
    facts.accept(fact);
  }

  @Override
  public CompletionStage<List<NodeOrder.Run>> assignments() {
    var current = answer;
    asked.release();
    return current;
  }
}
