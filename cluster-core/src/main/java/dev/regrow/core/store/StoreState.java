package dev.regrow.core.store;

import dev.regrow.core.store.WatchListener.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the store holds, and how a transaction changes it: no clock, no randomness, no threads, so
 * that every replica that applies the same transactions holds the same.
 *
 * <p>The index counts applied transactions: each one that succeeds takes the next number, one whose
 * condition fails takes none. Not thread-safe; {@link Replica} is.
 */
public final class StoreState {

  private final TreeMap<String, Entry> entries = new TreeMap<>();
  private final ChangeHistory history;
  private final Sessions sessions = new Sessions();
  private long index;

  public StoreState(ChangeHistory.Bound bound) {
    this.history = new ChangeHistory(bound);
  }

  /** What a transaction did: its result, and its changes in key order. */
  public record Applied(TxnResult result, List<Change> changes) {
    public Applied {
      changes = List.copyOf(changes);
    }
  }

  /** Does a call, unless it was done before: then only its answer is given again. */
  public TxnResult apply(Call call) {
    if (call.client() == 0) {
      return apply(call.txn()).result();
    }
    TxnResult known = sessions.answered(call.client(), call.number());
    if (known != null) {
      return known;
    }
    TxnResult result = apply(call.txn()).result();
    sessions.remember(call.client(), call.number(), result);
    return result;
  }

  /** Applies all writes at the next index if every condition holds, else nothing. */
  public Applied apply(Txn txn) {
    for (Txn.Condition condition : txn.conditions()) {
      long actual = modIndex(condition.key());
      if (actual != wanted(condition)) {
        return new Applied(new TxnResult.ConditionFailed(condition.key(), actual), List.of());
      }
    }
    if (txn.indexAtLeast() > index + 1) {
      raiseIndexTo(txn.indexAtLeast() - 1);
    }
    index++;
    List<Change> changes = write(txn.writes());
    history.add(index, changes);
    return new Applied(new TxnResult.Committed(index), changes);
  }

  /** The entries of a range in key order; waiting and consistency are the caller's business. */
  public RangeResult range(RangeQuery query) {
    if (query.limit() < 1) {
      throw new IllegalArgumentException("a range's limit must be 1 or more: " + query.limit());
    }
    var found = new ArrayList<Entry>();
    for (Entry entry : between(query.from(), query.to())) {
      if (found.size() == query.limit()) {
        return new RangeResult(found, index, true);
      }
      found.add(entry);
    }
    return new RangeResult(found, index, false);
  }

  /** The index of the last applied transaction; 0 before the first. */
  public long index() {
    return index;
  }

  /** How many keys there are. */
  public int size() {
    return entries.size();
  }

  /** What clients' last calls came to, least recently used first: what a snapshot holds, too. */
  public List<Sessions.Session> sessions() {
    return sessions.all();
  }

  /** Every entry in key order: what a snapshot holds. */
  public List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  /**
   * The changes after an index, by index; empty if they are no longer all remembered.
   *
   * @see #oldestWatchable()
   */
  public Optional<Map<Long, List<Change>>> changesAfter(long after) {
    return history.after(after);
  }

  /** The lowest index after which every change is still remembered. */
  public long oldestWatchable() {
    return history.oldest();
  }

  /**
   * Goes on from a snapshot: these entries and sessions, as they were at this index. Changes before
   * it are forgotten.
   */
  public void restore(
      long snapshotIndex, Collection<Entry> snapshot, List<Sessions.Session> known) {
    sessions.restore(known);
    entries.clear();
    snapshot.forEach(entry -> entries.put(entry.key(), entry));
    index = snapshotIndex;
    history.forgetUpTo(snapshotIndex);
  }

  /**
   * Raises the index, so that none that was handed out before a restore comes again. Never lowers
   * it.
   */
  public void raiseIndexTo(long wanted) {
    if (wanted > index) {
      index = wanted;
      history.forgetUpTo(wanted);
    }
  }

  private Collection<Entry> between(String from, String to) {
    return from.compareTo(to) >= 0 ? List.of() : entries.subMap(from, true, to, false).values();
  }

  private long modIndex(String key) {
    Entry entry = entries.get(key);
    return entry == null ? 0 : entry.modIndex();
  }

  /** Nothing is ever changed at index 0, so it stands for "does not exist". */
  private static long wanted(Txn.Condition condition) {
    return condition instanceof Txn.Condition.ChangedAt changed ? changed.modIndex() : 0;
  }

  private List<Change> write(List<Txn.Write> writes) {
    var before = new TreeMap<String, Optional<Entry>>();
    for (Txn.Write write : writes) {
      String key = write.key();
      Entry old = entries.get(key);
      before.putIfAbsent(key, Optional.ofNullable(old));
      if (write instanceof Txn.Write.Put put) {
        long created = old == null ? index : old.createIndex();
        entries.put(key, new Entry(key, put.value(), created, index));
      } else {
        entries.remove(key);
      }
    }
    var changes = new ArrayList<Change>(before.size());
    before.forEach(
        (key, old) -> {
          Entry now = entries.get(key);
          if (old.isPresent() || now != null) {
            changes.add(new Change(key, old.orElse(null), now));
          }
        });
    return changes;
  }
}
