package dev.regrow.core.membership;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.regrow.core.membership.Removal.Manner;
import dev.regrow.core.model.LeaseTerms;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.AssignmentLease;
import dev.regrow.v1.StoredAssignment;
import dev.regrow.v1.StoredDowns;
import dev.regrow.v1.StoredNode;
import dev.regrow.v1.StoredPlace;
import dev.regrow.v1.StoredWorkload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Takes nodes out of the cluster for good, and knows which were. */
public final class Removals {

  /** Longer than workloads take to replace what they lost, and than leases of exclusive ones. */
  static final Duration FREED_AFTER = Duration.ofSeconds(30);

  private static final int ATTEMPTS = 8;

  private final Store store;

  public Removals(Store store) {
    this.store = store;
  }

  /**
   * Removes a node. Its server of the store, if it has one, is the caller's business, before this.
   *
   * @param force it is dead: what it has is not waited for
   * @return fails with {@link MembershipRefused} where something would be lost, with a {@link
   *     StoreException} when the store does
   */
  public CompletionStage<Void> remove(String nodeUid, boolean force, long nowMillis) {
    return attempt(nodeUid, Manner.asked(force), nowMillis, ATTEMPTS);
  }

  /**
   * Removes a node that is down, as another takes its name. What it has is lost for its workloads,
   * and what lives on a lease is waited for.
   *
   * @param successor the uid of the other
   * @return as {@link #remove}; refused, too, where it has data, or an instance that must not run
   *     twice and has no lease
   */
  CompletionStage<Void> removeFormer(String nodeUid, String successor, long nowMillis) {
    return attempt(nodeUid, new Manner(false, successor), nowMillis, ATTEMPTS);
  }

  /** Whether that would be refused now; the same failures. */
  CompletionStage<Void> checkFormer(String nodeUid, String successor) {
    return check(nodeUid, new Manner(false, successor));
  }

  /** Whether that would be refused now; the same failures. */
  public CompletionStage<Void> check(String nodeUid, boolean force) {
    return check(nodeUid, Manner.asked(force));
  }

  private CompletionStage<Void> check(String nodeUid, Manner manner) {
    return found(nodeUid)
        .thenApply(
            found -> {
              if (found.node() != null) {
                found.judge(parse(StoredNode.parser(), found.node()), manner);
              }
              return null;
            });
  }

  private CompletionStage<Found> found(String nodeUid) {
    return read(Keys.node(nodeUid))
        .thenCombine(living(nodeUid), Found::new)
        .thenCombine(volumes(nodeUid), Found::with);
  }

  private CompletionStage<List<Entry>> volumes(String nodeUid) {
    return store
        .range(RangeQuery.prefix(Keys.nodeVolumes(nodeUid)).linearizable())
        .thenApply(RangeResult::entries);
  }

  private static List<String> slots(List<Entry> volumes) {
    return volumes.stream()
        .filter(entry -> parse(StoredPlace.parser(), entry).getDeletedAt() == 0)
        .map(
            entry ->
                entry.key().substring(entry.key().indexOf('/', Keys.NODE_VOLUMES.length()) + 1))
        .toList();
  }

  private CompletionStage<Void> attempt(
      String nodeUid, Manner manner, long nowMillis, int attempts) {
    return found(nodeUid)
        .thenCombine(read(Keys.DOWNS), (found, downs) -> txn(found, downs, manner, nowMillis))
        .thenCompose(
            txn ->
                txn == null
                    ? CompletableFuture.completedFuture(true)
                    : store.commit(txn).handle(Removals::committed))
        .thenCompose(
            done -> {
              if (done) {
                return CompletableFuture.completedFuture(null);
              }
              return attempts > 0
                  ? attempt(nodeUid, manner, nowMillis, attempts - 1)
                  : CompletableFuture.failedFuture(
                      new StoreException(
                          StoreException.Kind.OUTCOME_UNKNOWN,
                          "the record of the node changes all the time; look, then try again"));
            });
  }

  /**
   * What is assigned to a node and has not ended.
   *
   * @param slot as {@code default/web-1}
   * @param unsure it must not run twice, and has no lease that ends it
   */
  private record Living(String slot, boolean unsure) {}

  /**
   * @param slots whose data it has
   */
  private record Found(@Nullable Entry node, List<Living> living, List<String> slots) {
    Found(@Nullable Entry node, List<Living> living) {
      this(node, living, List.of());
    }

    Found with(List<Entry> volumes) {
      return new Found(node, living, Removals.slots(volumes));
    }

    void judge(StoredNode record, Manner manner) {
      if (!manner.successor().isEmpty()) {
        var unsure = living.stream().filter(Living::unsure).map(Living::slot).toList();
        Removal.judgeFormer(record, slots, unsure);
        return;
      }
      Removal.judge(record, living.stream().map(Living::slot).toList(), manner.force());
      Removal.judgeData(record, slots, manner.force());
    }
  }

  private static @Nullable Txn txn(
      Found found, @Nullable Entry downs, Manner manner, long nowMillis) {
    var entry = found.node();
    if (entry == null) {
      return null;
    }
    var node = parse(StoredNode.parser(), entry);
    if (node.getRemovedAt() > 0) {
      return null;
    }
    found.judge(node, manner);
    var known =
        downs == null ? StoredDowns.getDefaultInstance() : parse(StoredDowns.parser(), downs);
    return Removal.txn(entry, node, downs, known, manner, nowMillis);
  }

  /** False: lost a race, or nobody knows; reading again tells. */
  private static boolean committed(TxnResult result, @Nullable Throwable failure) {
    if (failure == null) {
      return result instanceof TxnResult.Committed;
    }
    var cause = failure.getCause() == null ? failure : failure.getCause();
    if (cause instanceof StoreException known
        && known.kind() == StoreException.Kind.OUTCOME_UNKNOWN) {
      return false;
    }
    throw cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
  }

  /**
   * Forgets the record of a removed node to which nothing is assigned any more. What is still
   * assigned after {@link #FREED_AFTER} is struck off, unless its lease may last for longer: by
   * then its workload has replaced it.
   *
   * @param known for how long the caller has known of the removal, by a clock of its own: what the
   *     record says is another machine's wall clock
   * @return whether it is gone
   */
  public CompletionStage<Boolean> forget(String nodeUid, Duration known) {
    return read(Keys.node(nodeUid))
        .thenCombine(living(nodeUid), Found::new)
        .thenCompose(
            found -> {
              var entry = found.node();
              if (entry == null) {
                return CompletableFuture.completedFuture(true);
              }
              if (parse(StoredNode.parser(), entry).getRemovedAt() == 0) {
                return CompletableFuture.completedFuture(false);
              }
              if (!found.living().isEmpty()) {
                return known.compareTo(FREED_AFTER) < 0
                    ? CompletableFuture.completedFuture(false)
                    : strikeOff(nodeUid, known).thenApply(done -> false);
              }
              return freeVolumes(nodeUid)
                  .thenCompose(
                      freed ->
                          freed
                              ? store.commit(Removal.forgotten(entry)).handle(Removals::committed)
                              : CompletableFuture.completedFuture(false));
            });
  }

  /**
   * What slots had there is lost: they may begin anew elsewhere.
   *
   * @return false: something changed meanwhile, look again
   */
  private CompletionStage<Boolean> freeVolumes(String nodeUid) {
    var prefix = Keys.nodeVolumes(nodeUid);
    return drop(
        prefix,
        entry -> {
          var place = parse(StoredPlace.parser(), entry);
          var namespace = entry.key().substring(prefix.length()).split("/", 2)[0];
          return Keys.place(namespace, place.getWorkload(), place.getVolume(), place.getSlot());
        },
        place -> parse(StoredPlace.parser(), place).getNodeUid().equals(nodeUid),
        place -> false);
  }

  private CompletionStage<Boolean> strikeOff(String nodeUid, Duration known) {
    var prefix = Keys.nodeAssignments(nodeUid);
    return drop(
        prefix,
        entry -> Keys.ASSIGNMENTS + entry.key().substring(prefix.length()),
        assignment -> parse(StoredAssignment.parser(), assignment).getNodeUid().equals(nodeUid),
        assignment -> mayLive(parse(StoredAssignment.parser(), assignment), known));
  }

  /**
   * Drops what a node's records speak of, and these.
   *
   * @param of the key of what a record speaks of
   * @param itsOwn whether that is still the node's
   * @param spared of its own: what stays for now
   */
  private CompletionStage<Boolean> drop(
      String prefix, Function<Entry, String> of, Predicate<Entry> itsOwn, Predicate<Entry> spared) {
    return store
        .range(RangeQuery.prefix(prefix).linearizable())
        .thenCompose(
            found -> {
              CompletionStage<Boolean> all = CompletableFuture.completedStage(true);
              for (var record : found.entries()) {
                all =
                    all.thenCompose(
                        dropped ->
                            dropped
                                ? drop(record, of.apply(record), found.index(), itsOwn, spared)
                                : CompletableFuture.completedStage(false));
              }
              return all;
            });
  }

  private CompletionStage<Boolean> drop(
      Entry record, String key, long index, Predicate<Entry> itsOwn, Predicate<Entry> spared) {
    return store
        .range(RangeQuery.key(key).atLeast(index))
        .thenCompose(
            found -> {
              var own = found.entries().stream().filter(itsOwn).findFirst().orElse(null);
              return own != null && spared.test(own)
                  ? CompletableFuture.completedStage(true)
                  : store.commit(Removal.dropped(record, own)).handle(Removals::committed);
            });
  }

  /** Whether it has a lease that may have been renewed just before its node was removed. */
  private static boolean mayLive(StoredAssignment assignment, Duration known) {
    return assignment.getLease() != AssignmentLease.LEASE_NONE
        && known.toMillis() < LeaseTerms.holdMillis(assignment.getLeaseMillis());
  }

  /** What is assigned to a node and has not ended for good. */
  private CompletionStage<List<Living>> living(String nodeUid) {
    var prefix = Keys.nodeAssignments(nodeUid);
    return store
        .range(RangeQuery.prefix(prefix).linearizable())
        .thenCompose(
            found -> {
              CompletionStage<List<Living>> all =
                  CompletableFuture.completedStage(new ArrayList<>());
              for (var entry : found.entries()) {
                var path = entry.key().substring(prefix.length());
                all = all.thenCompose(living -> with(living, path, found.index()));
              }
              return all;
            });
  }

  /**
   * @param path of the assignment, as {@code default/web/ID}
   */
  private CompletionStage<List<Living>> with(List<Living> living, String path, long index) {
    var parts = path.split("/", -1);
    return store
        .range(RangeQuery.key(Keys.ASSIGNMENTS + path).atLeast(index))
        .thenCombine(
            store.range(RangeQuery.key(Keys.workload(parts[0], parts[1])).atLeast(index)),
            (found, workload) -> {
              boolean exclusive =
                  workload.entries().stream()
                      .anyMatch(
                          entry ->
                              parse(StoredWorkload.parser(), entry).getDeclared().getExclusive());
              for (var entry : found.entries()) {
                var assignment = parse(StoredAssignment.parser(), entry);
                boolean leased = assignment.getLease() != AssignmentLease.LEASE_NONE;
                if (!assignment.hasEnded()) {
                  living.add(
                      new Living(parts[0] + "/" + assignment.getSlot(), exclusive && !leased));
                }
              }
              return living;
            });
  }

  /**
   * Tells the uid of each node that was removed, once or more.
   *
   * @param listener called by one thread at a time; must not block
   * @param lost called once if news were missed: follow again
   */
  public CompletionStage<Store.Watch> follow(Consumer<String> listener, Runnable lost) {
    return store
        .range(RangeQuery.prefix(Keys.REMOVED))
        .thenApply(
            found -> {
              found.entries().forEach(entry -> listener.accept(uid(entry.key())));
              return store.watch(
                  Keys.REMOVED,
                  found.index(),
                  new WatchListener() {
                    @Override
                    public void onChanges(long index, List<Change> changes) {
                      changes.forEach(change -> listener.accept(uid(change.key())));
                    }

                    @Override
                    public void onGone(long oldestIndex) {
                      lost.run();
                    }
                  });
            });
  }

  private static String uid(String key) {
    return key.substring(Keys.REMOVED.length());
  }

  private CompletionStage<@Nullable Entry> read(String key) {
    return store
        .range(RangeQuery.key(key).linearizable())
        .thenApply(result -> result.entries().isEmpty() ? null : result.entries().get(0));
  }

  private static <M extends Message> M parse(Parser<M> parser, Entry entry) {
    return parse(parser, entry.key(), entry.value());
  }

  private static <M extends Message> M parse(Parser<M> parser, String key, ByteString value) {
    try {
      return parser.parseFrom(value);
    } catch (InvalidProtocolBufferException garbage) {
      throw new IllegalStateException("the store's record " + key + " cannot be read", garbage);
    }
  }
}
