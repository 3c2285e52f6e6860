package dev.regrow.core.membership;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.regrow.core.membership.Formation.Decision;
import dev.regrow.core.membership.Formation.Outlook;
import dev.regrow.core.membership.Formation.Peer;
import dev.regrow.core.membership.Formation.Recorded;
import dev.regrow.core.membership.Formation.Self;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.FeatureLevel;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredCluster;
import dev.regrow.v1.StoredIncarnation;
import dev.regrow.v1.StoredNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Carries the decisions about membership out, by compare-and-set on the store. */
public final class Membership {

  /** Losing so often in a row means that something other than a race is wrong. */
  private static final int ATTEMPTS = 16;

  private static final String SERVER = "server";

  private final Store store;

  public Membership(Store store) {
    this.store = store;
  }

  /**
   * Settles who forms the cluster system.
   *
   * @return {@link Decision.Formed}: form it; {@link Decision.Join}: join it, and settle again with
   *     another {@link Outlook} if that is in vain. Fails with a {@link StoreException}
   */
  public CompletionStage<Decision> settle(Self self, Outlook outlook) {
    return settle(self, outlook, ATTEMPTS);
  }

  private CompletionStage<Decision> settle(Self self, Outlook outlook, int attempts) {
    return read(Keys.INCARNATION)
        .thenCombine(nodes(), (named, nodes) -> decide(self, named, nodes, outlook))
        .thenCompose(
            decision -> {
              if (!(decision instanceof Decision.Form form)) {
                return CompletableFuture.completedFuture(decision);
              }
              // Committed, lost or unknown: the record says which, so it is read again.
              return settled(store.commit(form.txn()), attempts)
                  .thenCompose(done -> settle(self, outlook, attempts - 1));
            });
  }

  private static Decision decide(
      Self self, @Nullable Entry named, List<StoredNode> nodes, Outlook outlook) {
    Optional<Recorded> recorded =
        Optional.ofNullable(named)
            .map(
                entry ->
                    new Recorded(
                        parse(StoredIncarnation.parser(), entry.key(), entry.value()),
                        entry.modIndex()));
    List<Peer> peers =
        nodes.stream()
            .filter(node -> !node.getUid().equals(self.candidate().nodeUid()))
            .filter(node -> !node.getMember().isEmpty() && node.getPhase() != NodePhase.NODE_DOWN)
            .map(
                node ->
                    new Peer(
                        node.getMember(), node.getCluster(), node.getRolesList().contains(SERVER)))
            .toList();
    return Formation.decide(self, recorded, peers, outlook);
  }

  /**
   * The unique address of the incarnation that the store names, linearizably; "" if it names none.
   */
  public CompletionStage<String> named() {
    return read(Keys.INCARNATION).thenApply(entry -> entry == null ? "" : named(entry));
  }

  /**
   * Tells the unique address of the incarnation that the store names, now and whenever another is
   * formed.
   *
   * @param listener called by one thread at a time; must not block
   * @param lost called once if news were missed: follow again
   */
  public CompletionStage<Store.Watch> followIncarnation(Consumer<String> listener, Runnable lost) {
    return store
        .range(RangeQuery.key(Keys.INCARNATION))
        .thenApply(
            found -> {
              found.entries().forEach(entry -> listener.accept(named(entry)));
              return store.watch(
                  Keys.INCARNATION,
                  found.index(),
                  new WatchListener() {
                    @Override
                    public void onChanges(long index, List<Change> changes) {
                      for (var change : changes) {
                        var after = change.after();
                        if (after != null) {
                          listener.accept(named(after));
                        }
                      }
                    }

                    @Override
                    public void onGone(long oldestIndex) {
                      lost.run();
                    }
                  });
            });
  }

  private static String named(Entry entry) {
    return parse(StoredIncarnation.parser(), entry.key(), entry.value()).getUniqueAddress();
  }

  /**
   * Changes a node's record, or makes it; what a newer release wrote into it is kept.
   *
   * @param change from the record as it is (or an empty one with the uid) to what it shall be
   */
  public CompletionStage<StoredNode> register(String uid, UnaryOperator<StoredNode> change) {
    return update(
        Keys.node(uid),
        StoredNode.newBuilder().setUid(uid).build(),
        StoredNode.parser(),
        change,
        ATTEMPTS);
  }

  /**
   * Changes a node's record, if there is one.
   *
   * @param change may be asked several times
   */
  public CompletionStage<Optional<StoredNode>> change(
      String uid, UnaryOperator<StoredNode> change) {
    return read(Keys.node(uid))
        .thenCompose(
            entry ->
                entry == null
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : register(uid, change).thenApply(Optional::of));
  }

  /**
   * The cluster's own record, made now if it is missing.
   *
   * @param initial what it is made of
   */
  public CompletionStage<StoredCluster> cluster(StoredCluster initial) {
    return update(Keys.META, initial, StoredCluster.parser(), UnaryOperator.identity(), ATTEMPTS);
  }

  /**
   * Raises the cluster's feature level to what every node's release knows, in one transaction with
   * what was read: a node that registers meanwhile is asked, too.
   *
   * @return the cluster's record. Fails with {@link FeatureLevel.Refused}, or a {@link
   *     StoreException}
   */
  public CompletionStage<StoredCluster> raiseFeatureLevel() {
    return raiseFeatureLevel(ATTEMPTS);
  }

  private CompletionStage<StoredCluster> raiseFeatureLevel(int attempts) {
    return store
        .range(RangeQuery.prefix(Keys.NODES).linearizable())
        .thenCombine(read(Keys.META), FeatureRaise::of)
        .thenCompose(
            raise ->
                settled(store.commit(raise.txn()), attempts)
                    .thenCompose(
                        committed ->
                            committed
                                ? CompletableFuture.completedFuture(raise.cluster())
                                : raiseFeatureLevel(attempts - 1)));
  }

  /** A raise that holds only if nothing of what it rests on has changed. */
  private record FeatureRaise(StoredCluster cluster, Txn txn) {

    static FeatureRaise of(RangeResult nodes, @Nullable Entry meta) {
      if (meta == null) {
        throw new IllegalStateException("the store has no record of the cluster yet");
      }
      var cluster =
          FeatureLevel.raised(
              parse(StoredCluster.parser(), meta.key(), meta.value()),
              nodes.entries().stream()
                  .map(entry -> parse(StoredNode.parser(), entry.key(), entry.value()))
                  .filter(node -> node.getRemovedAt() == 0)
                  .toList());
      var unchanged = new ArrayList<Txn.Condition>();
      unchanged.add(new Txn.Condition.ChangedAt(meta.key(), meta.modIndex()));
      nodes
          .entries()
          .forEach(
              entry -> unchanged.add(new Txn.Condition.ChangedAt(entry.key(), entry.modIndex())));
      return new FeatureRaise(
          cluster,
          new Txn(unchanged, List.of(new Txn.Write.Put(meta.key(), cluster.toByteString()))));
    }
  }

  /** The records of all nodes, by uid. */
  public CompletionStage<List<StoredNode>> nodes() {
    return store
        .range(RangeQuery.prefix(Keys.NODES).linearizable())
        .thenApply(
            result -> {
              var nodes = new ArrayList<StoredNode>();
              for (Entry entry : result.entries()) {
                nodes.add(parse(StoredNode.parser(), entry.key(), entry.value()));
              }
              return nodes;
            });
  }

  private <M extends Message> CompletionStage<M> update(
      String key, M initial, Parser<M> parser, UnaryOperator<M> change, int attempts) {
    return read(key)
        .thenCompose(
            entry -> {
              M before = entry == null ? initial : parse(parser, key, entry.value());
              M after = change.apply(before);
              if (entry != null && after.equals(before)) {
                return CompletableFuture.completedFuture(after);
              }
              Txn.Condition asRead =
                  entry == null
                      ? new Txn.Condition.Absent(key)
                      : new Txn.Condition.ChangedAt(key, entry.modIndex());
              var write = new Txn.Write.Put(key, after.toByteString());
              return settled(store.commit(new Txn(List.of(asRead), List.of(write))), attempts)
                  .thenCompose(
                      committed ->
                          committed
                              ? CompletableFuture.completedFuture(after)
                              : update(key, initial, parser, change, attempts - 1));
            });
  }

  /** Whether it was committed; false if it was not, or if nobody knows. */
  static CompletionStage<Boolean> settled(CompletionStage<TxnResult> commit, int attempts) {
    return commit
        .handle(
            (result, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedFuture(result instanceof TxnResult.Committed);
              }
              Throwable cause = failure.getCause() == null ? failure : failure.getCause();
              boolean unknown =
                  cause instanceof StoreException known
                      && known.kind() == StoreException.Kind.OUTCOME_UNKNOWN;
              return unknown && attempts > 0
                  ? CompletableFuture.completedFuture(false)
                  : CompletableFuture.<Boolean>failedFuture(cause);
            })
        .thenCompose(outcome -> outcome)
        .thenApply(
            committed -> {
              if (!committed && attempts <= 0) {
                throw new IllegalStateException(
                    "lost %d races in a row for one record of the store".formatted(ATTEMPTS));
              }
              return committed;
            });
  }

  private CompletionStage<@Nullable Entry> read(String key) {
    return store
        .range(RangeQuery.key(key).linearizable())
        .thenApply(result -> result.entries().isEmpty() ? null : result.entries().get(0));
  }

  static <M extends Message> M parse(Parser<M> parser, String key, ByteString value) {
    try {
      return parser.parseFrom(value);
    } catch (InvalidProtocolBufferException garbage) {
      throw new IllegalStateException("the store's record " + key + " cannot be read", garbage);
    }
  }
}
