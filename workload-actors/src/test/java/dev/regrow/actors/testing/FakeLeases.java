package dev.regrow.actors.testing;

import dev.regrow.actors.agent.LeaseSource;
import dev.regrow.runtime.InstanceKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A majority that grants leases when the test says so. Thread-safe. */
public final class FakeLeases implements LeaseSource {

  private final Deque<CompletableFuture<List<Grant>>> asked = new ArrayDeque<>();
  private int count;

  /** Covers an instance of {@link Orders}. */
  public static Grant grant(String instanceId, long epoch, boolean run) {
    return new Grant(new InstanceKey("default", "web", instanceId), epoch, run);
  }

  @Override
  public synchronized CompletionStage<List<Grant>> renew() {
    var answer = new CompletableFuture<List<Grant>>();
    asked.add(answer);
    count++;
    notifyAll();
    return answer;
  }

  /** How often it was asked. */
  public synchronized int count() {
    return count;
  }

  /** Answers all questions that wait for an answer. */
  public synchronized void grant(Grant... grants) {
    while (!asked.isEmpty()) {
      asked.remove().complete(List.of(grants));
    }
  }

  /** Fails all questions that wait for an answer. */
  public synchronized void fail() {
    while (!asked.isEmpty()) {
      asked.remove().completeExceptionally(new IllegalStateException("no majority"));
    }
  }
}
