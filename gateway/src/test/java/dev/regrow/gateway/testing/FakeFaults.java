package dev.regrow.gateway.testing;

import dev.regrow.runtime.fault.Fault;
import dev.regrow.runtime.fault.FaultKind;
import dev.regrow.runtime.fault.FaultOrder;
import dev.regrow.runtime.fault.NodeFaults;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Keeps in mind what it was told to do. */
public final class FakeFaults implements NodeFaults {

  private final List<Fault> active = new ArrayList<>();
  private @Nullable RuntimeException refusal;

  /** What is asked of it from now on fails so. */
  public void refuse(RuntimeException why) {
    refusal = why;
  }

  @Override
  public Set<FaultKind> allowed() {
    return Set.of(FaultKind.PARTITION, FaultKind.INSTANCE_PAUSE);
  }

  @Override
  public CompletionStage<List<String>> rehearse(FaultOrder order) {
    return refusal == null
        ? CompletableFuture.completedStage(List.of("it would hurt"))
        : CompletableFuture.failedStage(refusal);
  }

  @Override
  public synchronized CompletionStage<Fault> begin(FaultOrder order) {
    if (refusal != null) {
      return CompletableFuture.failedStage(refusal);
    }
    var now = Instant.parse("2026-01-01T00:00:00Z");
    var fault =
        new Fault(
            order.kind().text() + "-" + (active.size() + 1),
            order,
            List.of("it hurts"),
            now,
            now.plus(order.length()));
    active.add(fault);
    return CompletableFuture.completedStage(fault);
  }

  @Override
  public synchronized List<Fault> active() {
    return List.copyOf(active);
  }

  @Override
  public synchronized CompletionStage<List<Fault>> end(@Nullable String id) {
    var ended = active.stream().filter(fault -> id == null || fault.id().equals(id)).toList();
    active.removeAll(ended);
    return CompletableFuture.completedStage(ended);
  }
}
