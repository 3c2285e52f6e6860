package dev.regrow.actors.instance;

import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.Permit;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Launches the attempts of one instance, once it is known what they see of objects. */
final class Start {

  /** Being asked for. */
  private static final Contents UNKNOWN = new Contents(Map.of());

  private final SupervisedNode node;
  private final Lease lease;

  /** NONE while nobody was asked. */
  private CompletableFuture<Contents> contents = CompletableFuture.completedFuture(Contents.NONE);

  Start(SupervisedNode node, Lease lease) {
    this.node = node;
    this.lease = lease;
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
      var spec = LaunchSpecs.of(ordered, memory, attempt, here, lease::until);
      return node.runtime().launch(spec, permit);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedStage(
          new RuntimeFailure(String.valueOf(e.getMessage()), false, e));
    }
  }
}
