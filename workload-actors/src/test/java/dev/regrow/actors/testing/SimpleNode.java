package dev.regrow.actors.testing;

import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.FactReceiver;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeLink;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A node whose instances are ready as soon as they are ordered and end as soon as they are told.
 */
public final class SimpleNode implements NodeLink {

  public static final String UID = "node-1";
  public static final String NAME = "n1";

  public final BlockingQueue<NodeOrder> orders = new LinkedBlockingQueue<>();
  public final AtomicInteger ordersToLose = new AtomicInteger();
  private final Map<String, AssignmentRef> running = new ConcurrentSkipListMap<>();
  private final AtomicLong sequence = new AtomicLong();
  private final CompletableFuture<FactReceiver> receiver = new CompletableFuture<>();
  private volatile boolean readyAtOnce = true;

  /** Whom it tells everything; once. */
  public void reportTo(FactReceiver receiver) {
    this.receiver.complete(receiver);
  }

  /** Whether what starts from now on gets ready. */
  public void startsReady(boolean ready) {
    readyAtOnce = ready;
  }

  @Override
  public void order(String nodeUid, NodeOrder order) {
    orders.add(order);
    if (ordersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      return;
    }
    var assignment = order.assignment();
    if (order instanceof NodeOrder.Run) {
      running.put(assignment.instanceId(), assignment);
      tell(assignment, InstancePhase.INSTANCE_RUNNING, readyAtOnce);
    } else if (order instanceof NodeOrder.Stop) {
      running.remove(assignment.instanceId());
      tell(assignment, InstancePhase.INSTANCE_EXITED, false);
    }
  }

  /** What some other node has, by reference. */
  public final java.util.Map<String, String> elsewhere =
      new java.util.concurrent.ConcurrentHashMap<>();

  @Override
  public java.util.concurrent.CompletionStage<java.util.Optional<String>> lookUp(
      String image, boolean never) {
    return java.util.concurrent.CompletableFuture.completedStage(
        java.util.Optional.ofNullable(elsewhere.get(image)));
  }

  @Override
  public void askForFacts(String nodeUid) {
    running.values().forEach(a -> tell(a, InstancePhase.INSTANCE_RUNNING, readyAtOnce));
  }

  /** The ids of what runs here. */
  public List<String> running(String namespace) {
    return running.values().stream()
        .filter(assignment -> assignment.namespace().equals(namespace))
        .map(AssignmentRef::instanceId)
        .toList();
  }

  public void tell(AssignmentRef assignment, InstancePhase phase, boolean ready) {
    var instance = Instance.newBuilder().setPhase(phase).setReady(ready).setAttempt(1);
    if (phase == InstancePhase.INSTANCE_RUNNING) {
      instance.setPid(4711);
    }
    pass(new NodeFact.Observed(UID, assignment, instance.build(), sequence.incrementAndGet()));
  }

  public void happened(AssignmentRef assignment, String reason) {
    pass(
        new NodeFact.Happened(
            UID, assignment, System.currentTimeMillis(), reason, "so it was", true));
  }

  /** Says how much room there is. */
  public void sum(long memoryBytes) {
    receiver
        .join()
        .learn(
            new NodeFact.Summary(
                UID,
                NAME,
                64_000,
                memoryBytes,
                100_000,
                0,
                0,
                0,
                0,
                0,
                running.size(),
                true,
                List.of(),
                sequence.incrementAndGet(),
                List.of()));
  }

  private void pass(NodeFact fact) {
    receiver.join().learn(fact);
    receiver.join().deliver(fact);
  }
}
