package dev.regrow.actors.instance;

import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.Permit;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a start of one instance needs: a lease, if it is to have one, and what it sees of objects.
 */
final class Start {

  /** With less than this left, a start would be cut short by its own lease. */
  private static final Duration LEASE_LEFT_MIN = Duration.ofSeconds(1);

  /** Being asked for. */
  private static final Contents UNKNOWN = new Contents(Map.of());

  private final SupervisedNode node;

  /** CLOCK_BOOTTIME in nanoseconds; read when a shim starts, too. */
  private final AtomicLong until = new AtomicLong();

  /** NONE while nobody was asked. */
  private CompletableFuture<Contents> contents = CompletableFuture.completedFuture(Contents.NONE);

  Start(SupervisedNode node) {
    this.node = node;
  }

  boolean isAllowed(InstanceMemory memory) {
    return !memory.leased() || until.get() - node.clock().bootNanos() >= LEASE_LEFT_MIN.toNanos();
  }

  /** An earlier time than it is allowed until already changes nothing. */
  void allowUntil(long bootNanos) {
    until.accumulateAndGet(bootNanos, Math::max);
  }

  /** Until when it is allowed, CLOCK_BOOTTIME in nanoseconds. */
  long until() {
    return until.get();
  }

  /** Asks for what it sees, once for all attempts: what a revision holds never changes. */
  void prepare(NodeOrder.Run ordered) {
    if (Contents.areNeededBy(ordered.template())
        && (contents.isCompletedExceptionally() || contents.getNow(UNKNOWN) == Contents.NONE)) {
      contents = node.contents().of(ordered.assignment()).toCompletableFuture();
    }
  }

  /** What it was told may be old. */
  void prepareAnew() {
    contents = CompletableFuture.completedFuture(Contents.NONE);
  }

  /**
   * @param permit may be revoked for as long as the process waits for what it needs
   * @return the attempt's process; fails with a {@link RuntimeFailure}
   */
  CompletionStage<RunningInstance> process(
      NodeOrder.Run ordered, InstanceMemory memory, int attempt, Permit permit) {
    if (!Contents.areNeededBy(ordered.template())) {
      return process(ordered, memory, attempt, permit, Contents.NONE);
    }
    prepare(ordered);
    return contents.thenCompose(here -> process(ordered, memory, attempt, permit, here));
  }

  private CompletionStage<RunningInstance> process(
      NodeOrder.Run ordered, InstanceMemory memory, int attempt, Permit permit, Contents here) {
    try {
      var spec = LaunchSpecs.of(ordered, memory, attempt, here, until::get);
      return node.runtime().launch(spec, permit);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedStage(
          new RuntimeFailure(String.valueOf(e.getMessage()), false, e));
    }
  }
}
