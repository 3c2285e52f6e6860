package dev.regrow.core.membership;

import com.google.protobuf.ByteString;
import dev.regrow.core.membership.Naming.Asker;
import dev.regrow.core.membership.Naming.Known;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.Txn;
import dev.regrow.v1.StoredName;
import dev.regrow.v1.StoredNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries the decisions about names out: a name is one record, so of two askers one gets it. */
public final class Names {

  private static final Logger LOG = LoggerFactory.getLogger(Names.class);
  private static final int ATTEMPTS = 16;

  private final Store store;

  public Names(Store store) {
    this.store = store;
  }

  /**
   * The record of a name.
   *
   * @param open false: the servers are of a release that keeps none for this node
   */
  private record Claim(boolean open, @Nullable Entry entry) {

    @Nullable StoredName value() {
      return entry == null
          ? null
          : Membership.parse(StoredName.parser(), entry.key(), entry.value());
    }

    Txn.Condition asRead(String name) {
      return entry == null
          ? new Txn.Condition.Absent(Keys.name(name))
          : new Txn.Condition.ChangedAt(entry.key(), entry.modIndex());
    }

    boolean isOf(String uid) {
      var value = value();
      return value != null && value.getNodeUid().equals(uid);
    }
  }

  /**
   * Keeps a name for a node that is about to come in. Who has it and is down goes for good, its
   * server of the store first.
   *
   * @param group of the store's servers, as their leader sees it
   * @param letGo takes the server of that uid out of the group
   * @return fails with {@link MembershipRefused} if the name is taken, with a {@link
   *     StoreException} when the store does
   */
  public CompletionStage<Void> claim(
      Asker asker,
      StoreGroup group,
      Function<String, CompletionStage<StoreGroup>> letGo,
      long nowMillis) {
    return claim(asker, group, letGo, nowMillis, ATTEMPTS);
  }

  private CompletionStage<Void> claim(
      Asker asker,
      StoreGroup group,
      Function<String, CompletionStage<StoreGroup>> letGo,
      long nowMillis,
      int attempts) {
    var voting =
        group.members().stream()
            .filter(member -> member.witness() && member.reachable())
            .map(StoreGroup.Member::nodeUid)
            .collect(Collectors.toSet());
    return nodes()
        .thenCombine(
            claim(asker.name()),
            (nodes, claim) -> {
              var known = new Known(records(nodes), claim.value(), voting);
              var former = Naming.judge(asker, known, nowMillis);
              CompletionStage<Void> gone = CompletableFuture.completedStage(null);
              for (var node : former) {
                gone = gone.thenCompose(done -> retire(node, asker, group, letGo, nowMillis));
              }
              return gone.thenCompose(
                  done ->
                      former.isEmpty()
                          ? keep(asker, claim, nowMillis, attempts)
                          : CompletableFuture.completedStage(false));
            })
        .thenCompose(kept -> kept)
        .thenCompose(
            kept ->
                kept
                    ? CompletableFuture.completedStage(null)
                    : claim(asker, group, letGo, nowMillis, attempts - 1));
  }

  private CompletionStage<Void> retire(
      StoredNode former,
      Asker asker,
      StoreGroup group,
      Function<String, CompletionStage<StoreGroup>> letGo,
      long nowMillis) {
    var removals = new Removals(store);
    boolean keepsStore =
        group.members().stream().anyMatch(member -> member.nodeUid().equals(former.getUid()));
    return removals
        .checkFormer(former.getUid(), asker.uid())
        .thenCompose(
            fine ->
                keepsStore
                    ? letGo.apply(former.getUid()).thenAccept(then -> {})
                    : CompletableFuture.completedStage(null))
        .thenCompose(out -> removals.removeFormer(former.getUid(), asker.uid(), nowMillis))
        .thenAccept(
            gone ->
                LOG.info(
                    "node {} ({}) is down and out for good: {} at {} comes in under its name",
                    former.getName(),
                    former.getUid(),
                    asker.uid(),
                    asker.host()));
  }

  private CompletionStage<Boolean> keep(Asker asker, Claim claim, long nowMillis, int attempts) {
    return claim.isOf(asker.uid())
        ? CompletableFuture.completedStage(true)
        : Membership.settled(
            store.commit(
                new Txn(List.of(claim.asRead(asker.name())), List.of(write(asker, nowMillis)))),
            attempts);
  }

  private static Txn.Write write(Asker asker, long nowMillis) {
    var value =
        StoredName.newBuilder()
            .setNodeUid(asker.uid())
            .setHost(asker.host())
            .setClaimedAt(nowMillis)
            .build();
    return new Txn.Write.Put(Keys.name(asker.name()), value.toByteString());
  }

  /**
   * Changes a node's record, or makes it, and gives it its name in the same transaction. A name
   * that it had already stays its own, also where another has it from before names were kept.
   *
   * @param change from the record as it is (or an empty one with the uid) to what it shall be
   * @return fails with {@link MembershipRefused} if another has the name
   */
  public CompletionStage<StoredNode> register(
      Asker asker, UnaryOperator<StoredNode> change, long nowMillis) {
    return register(asker, change, nowMillis, ATTEMPTS);
  }

  private CompletionStage<StoredNode> register(
      Asker asker, UnaryOperator<StoredNode> change, long nowMillis, int attempts) {
    return nodes()
        .thenCombine(
            claim(asker.name()),
            (nodes, claim) -> {
              var own = find(nodes, Keys.node(asker.uid()));
              var before =
                  own == null ? StoredNode.newBuilder().setUid(asker.uid()).build() : node(own);
              if (before.getName().equals(asker.name())) {
                return new Membership(store).register(asker.uid(), change);
              }
              // Witnesses are not asked for: here nobody takes another's name.
              var known = new Known(records(nodes), claim.value(), Set.of());
              Naming.judgeRegistration(asker, known, nowMillis);
              var after = change.apply(before);
              return Membership.settled(
                      store.commit(registration(asker, own, after, claim, nowMillis)), attempts)
                  .thenCompose(
                      committed ->
                          committed
                              ? CompletableFuture.completedStage(after)
                              : register(asker, change, nowMillis, attempts - 1));
            })
        .thenCompose(registered -> registered);
  }

  private static Txn registration(
      Asker asker, @Nullable Entry own, StoredNode after, Claim claim, long nowMillis) {
    var conditions = new ArrayList<Txn.Condition>();
    var writes = new ArrayList<Txn.Write>();
    var key = Keys.node(asker.uid());
    conditions.add(
        own == null
            ? new Txn.Condition.Absent(key)
            : new Txn.Condition.ChangedAt(key, own.modIndex()));
    writes.add(new Txn.Write.Put(key, after.toByteString()));
    if (claim.open()) {
      conditions.add(claim.asRead(asker.name()));
      if (!claim.isOf(asker.uid())) {
        writes.add(write(asker, nowMillis));
      }
    }
    return new Txn(conditions, writes);
  }

  private CompletionStage<RangeResult> nodes() {
    return store.range(RangeQuery.prefix(Keys.NODES).linearizable());
  }

  private CompletionStage<Claim> claim(String name) {
    return store
        .range(RangeQuery.key(Keys.name(name)).linearizable())
        .thenApply(found -> new Claim(true, find(found, Keys.name(name))))
        .exceptionallyCompose(
            failure ->
                isDenied(failure)
                    ? CompletableFuture.completedStage(new Claim(false, null))
                    : CompletableFuture.failedStage(failure));
  }

  private static boolean isDenied(Throwable failure) {
    var cause = failure.getCause() == null ? failure : failure.getCause();
    return cause instanceof StoreException known && known.kind() == StoreException.Kind.DENIED;
  }

  private static @Nullable Entry find(RangeResult found, String key) {
    return found.entries().stream()
        .filter(entry -> entry.key().equals(key))
        .findFirst()
        .orElse(null);
  }

  private static List<StoredNode> records(RangeResult found) {
    return found.entries().stream().map(Names::node).toList();
  }

  private static StoredNode node(Entry entry) {
    ByteString value = entry.value();
    return Membership.parse(StoredNode.parser(), entry.key(), value);
  }
}
