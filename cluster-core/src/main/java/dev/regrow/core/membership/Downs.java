package dev.regrow.core.membership;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredDown;
import dev.regrow.v1.StoredDowns;
import dev.regrow.v1.StoredNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The record of who was declared dead: declares by compare-and-set, and follows it. */
public final class Downs {

  /** More than that many deaths ago nobody can still be waiting for the news. */
  private static final int REMEMBERED = 256;

  private final Store store;

  public Downs(Store store) {
    this.store = store;
  }

  /** What came of a declaration. */
  public enum Outcome {
    /** It is committed: these members are dead for all. */
    DECLARED,
    /** Somebody was faster, or nobody knows: read again who is dead by now. */
    READ_AGAIN
  }

  /**
   * Declares members dead, and the nodes that they belong to down, in one transaction; not if it
   * has itself been declared dead, or if anybody declared anything meanwhile.
   *
   * @param by the unique address of the declaring member
   * @return fails with a {@link StoreException} when the store cannot be read or has no majority
   */
  public CompletionStage<Outcome> declare(Set<String> members, String by, long nowMillis) {
    return store
        .range(RangeQuery.key(Keys.DOWNS).linearizable())
        .thenCombine(
            store.range(RangeQuery.prefix(Keys.NODES).linearizable()),
            (downs, nodes) -> declaration(members, by, nowMillis, downs.entries(), nodes.entries()))
        .thenCompose(Downs.this::commit);
  }

  private CompletionStage<Outcome> commit(@Nullable Txn txn) {
    if (txn == null) {
      return CompletableFuture.completedFuture(Outcome.READ_AGAIN);
    }
    return store
        .commit(txn)
        .handle(
            (result, failure) -> {
              if (failure == null) {
                return result instanceof TxnResult.Committed
                    ? Outcome.DECLARED
                    : Outcome.READ_AGAIN;
              }
              var cause = failure.getCause() == null ? failure : failure.getCause();
              if (cause instanceof StoreException known
                  && known.kind() == StoreException.Kind.OUTCOME_UNKNOWN) {
                return Outcome.READ_AGAIN;
              }
              throw cause instanceof RuntimeException known
                  ? known
                  : new IllegalStateException(cause);
            });
  }

  private static @Nullable Txn declaration(
      Set<String> members, String by, long nowMillis, List<Entry> recorded, List<Entry> nodes) {
    var entry = recorded.isEmpty() ? null : recorded.get(0);
    var before = entry == null ? StoredDowns.getDefaultInstance() : parse(entry);
    var dead = addresses(before);
    if (dead.contains(by) || dead.containsAll(members)) {
      return null;
    }
    var after = before.toBuilder();
    var conditions = new ArrayList<Txn.Condition>();
    var writes = new ArrayList<Txn.Write>();
    conditions.add(
        entry == null
            ? new Txn.Condition.Absent(Keys.DOWNS)
            : new Txn.Condition.ChangedAt(Keys.DOWNS, entry.modIndex()));
    for (var member : members) {
      var down = StoredDown.newBuilder().setMember(member).setBy(by).setAt(nowMillis);
      for (var found : nodes) {
        var node = node(found);
        if (node.getMember().equals(member)) {
          down.setNodeUid(node.getUid());
          if (Absence.leftMillis(node, nowMillis) > 0) {
            continue; // It said that it will be back: its system is dead, what it runs is not.
          }
          conditions.add(new Txn.Condition.ChangedAt(found.key(), found.modIndex()));
          writes.add(
              new Txn.Write.Put(
                  found.key(),
                  node.toBuilder().setPhase(NodePhase.NODE_DOWN).build().toByteString()));
        }
      }
      if (!dead.contains(member)) {
        after.addDowns(down);
      }
    }
    while (after.getDownsCount() > REMEMBERED) {
      after.removeDowns(0);
    }
    writes.add(new Txn.Write.Put(Keys.DOWNS, after.build().toByteString()));
    return new Txn(conditions, writes);
  }

  /**
   * Tells the unique addresses of all that were declared dead, now and with every change.
   *
   * @param listener called by one thread at a time; must not block
   * @param lost called once if news were missed: follow again
   */
  public CompletionStage<Store.Watch> follow(Consumer<Set<String>> listener, Runnable lost) {
    return store
        .range(RangeQuery.key(Keys.DOWNS))
        .thenApply(
            found -> {
              found.entries().forEach(entry -> listener.accept(addresses(parse(entry))));
              return store.watch(Keys.DOWNS, found.index(), new Following(listener, lost));
            });
  }

  private record Following(Consumer<Set<String>> listener, Runnable lost) implements WatchListener {
    @Override
    public void onChanges(long index, List<Change> changes) {
      for (var change : changes) {
        var after = change.after();
        if (after != null) {
          listener.accept(addresses(parse(after)));
        }
      }
    }

    @Override
    public void onGone(long oldestIndex) {
      lost.run();
    }
  }

  private static Set<String> addresses(StoredDowns downs) {
    return downs.getDownsList().stream().map(StoredDown::getMember).collect(Collectors.toSet());
  }

  private static StoredDowns parse(Entry entry) {
    try {
      return StoredDowns.parseFrom(entry.value());
    } catch (InvalidProtocolBufferException garbage) {
      throw new IllegalStateException(
          "the store's record " + entry.key() + " cannot be read", garbage);
    }
  }

  private static StoredNode node(Entry entry) {
    try {
      return StoredNode.parseFrom(entry.value());
    } catch (InvalidProtocolBufferException garbage) {
      throw new IllegalStateException(
          "the store's record " + entry.key() + " cannot be read", garbage);
    }
  }
}
