package dev.regrow.actors.bootstrap;

import dev.regrow.actors.agent.LeaseSource;
import dev.regrow.core.codec.AssignmentCodec;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Leases;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.v1.AssignmentIntent;
import dev.regrow.v1.AssignmentLease;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Renews a node's lease with the store's leader, then reads what it is for: as new as the renewal,
 * so that what was given up before the leader noted it is not covered.
 */
public final class StoreLeases implements LeaseSource {

  private final String nodeUid;
  private final Supplier<Optional<Store>> store;

  /**
   * @param store empty while it opens
   */
  public StoreLeases(String nodeUid, Supplier<Optional<Store>> store) {
    this.nodeUid = nodeUid;
    this.store = store;
  }

  @Override
  public CompletionStage<List<Grant>> renew() {
    return store
        .get()
        .map(this::renew)
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new StoreException(Kind.NO_MAJORITY, "the store is opening")));
  }

  private CompletionStage<List<Grant>> renew(Store from) {
    var prefix = Keys.nodeAssignments(nodeUid);
    return Leases.of(from)
        .renew(nodeUid)
        .thenCompose(index -> from.range(RangeQuery.prefix(prefix).atLeast(index)))
        .thenApply(
            found ->
                found.entries().stream()
                    .flatMap(entry -> grant(entry, entry.key().substring(prefix.length())))
                    .toList());
  }

  private static Stream<Grant> grant(Entry entry, String path) {
    var assigned = AssignmentCodec.ofNode(entry);
    if (assigned.getLease() != AssignmentLease.LEASE_HELD) {
      return Stream.empty();
    }
    var parts = path.split("/", -1);
    boolean run = assigned.getIntent() == AssignmentIntent.RUN;
    // Written with the assignment's own record for the first time, so their epochs are equal.
    return Stream.of(
        new Grant(new InstanceKey(parts[0], parts[1], parts[2]), entry.createIndex(), run));
  }
}
