package dev.regrow.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.WatchListener.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** The state against a model so simple that it needs no test. */
class StoreStatePropertyTest {

  private static final ChangeHistory.Bound AMPLE = new ChangeHistory.Bound(1000, 1 << 20);

  /** Copies everything for each transaction, and looks at nothing but that copy. */
  private static final class Model {
    private Map<String, Entry> entries = new TreeMap<>();
    private final List<Map<String, Entry>> versions = new ArrayList<>(List.of(Map.of()));

    TxnResult apply(Txn txn) {
      for (Txn.Condition condition : txn.conditions()) {
        Entry entry = entries.get(condition.key());
        long actual = entry == null ? 0 : entry.modIndex();
        long wanted = condition instanceof Txn.Condition.ChangedAt at ? at.modIndex() : 0;
        if (actual != wanted) {
          return new TxnResult.ConditionFailed(condition.key(), actual);
        }
      }
      long index = versions.size();
      var next = new TreeMap<>(entries);
      for (Txn.Write write : txn.writes()) {
        Entry old = next.remove(write.key());
        if (write instanceof Txn.Write.Put put) {
          long created = old == null ? index : old.createIndex();
          next.put(put.key(), new Entry(put.key(), put.value(), created, index));
        }
      }
      entries = next;
      versions.add(Map.copyOf(next));
      return new TxnResult.Committed(index);
    }
  }

  @Provide
  Arbitrary<List<Txn>> histories() {
    Arbitrary<String> keys = Arbitraries.of("a", "a/b", "a/c", "b", "b/x", "~");
    Arbitrary<Txn.Write> puts =
        Combinators.combine(keys, Arbitraries.integers().between(0, 3))
            .as((key, n) -> new Txn.Write.Put(key, ByteString.copyFromUtf8("v" + n)));
    Arbitrary<Txn.Write> deletes = keys.map(Txn.Write.Delete::new);
    Arbitrary<Txn.Condition> conditions =
        Arbitraries.oneOf(
            keys.map(Txn.Condition.Absent::new),
            Combinators.combine(keys, Arbitraries.longs().between(0, 12))
                .as(Txn.Condition.ChangedAt::new));
    return Combinators.combine(
            conditions.list().ofMaxSize(1),
            Arbitraries.oneOf(puts, puts, deletes).list().ofMaxSize(4))
        .as(Txn::new)
        .list()
        .ofMaxSize(30);
  }

  @Property(tries = 500)
  void results_and_entries_are_those_of_the_model(@ForAll("histories") List<Txn> txns) {
    var state = new StoreState(AMPLE);
    var model = new Model();
    for (Txn txn : txns) {
      assertThat(state.apply(txn).result()).isEqualTo(model.apply(txn));
    }
    assertThat(state.index()).isEqualTo(model.versions.size() - 1);
    assertThat(state.entries()).containsExactlyElementsOf(model.entries.values());
  }

  @Property(tries = 500)
  void changes_replayed_from_any_index_lead_to_the_same_state(
      @ForAll("histories") List<Txn> txns, @ForAll @IntRange(max = 30) int from) {
    var state = new StoreState(AMPLE);
    var model = new Model();
    txns.forEach(
        txn -> {
          state.apply(txn);
          model.apply(txn);
        });
    int start = Math.min(from, model.versions.size() - 1);
    var replayed = new ConcurrentHashMap<>(model.versions.get(start));

    for (List<Change> changes : state.changesAfter(start).orElseThrow().values()) {
      for (Change change : changes) {
        assertThat(change.before()).isEqualTo(replayed.get(change.key()));
        put(replayed, change.key(), change.after());
      }
    }

    assertThat(replayed).isEqualTo(model.entries);
  }

  @Property(tries = 300)
  void a_range_is_the_slice_of_all_entries(
      @ForAll("histories") List<Txn> txns, @ForAll @IntRange(min = 1, max = 8) int limit) {
    var state = new StoreState(AMPLE);
    txns.forEach(state::apply);

    RangeResult found = state.range(new RangeQuery("a/", "b/", limit, false, 0));

    List<Entry> all =
        state.entries().stream()
            .filter(entry -> entry.key().compareTo("a/") >= 0 && entry.key().compareTo("b/") < 0)
            .toList();
    assertThat(found.entries()).isEqualTo(all.subList(0, Math.min(limit, all.size())));
    assertThat(found.more()).isEqualTo(all.size() > limit);
  }

  @Property(tries = 300)
  void a_restored_snapshot_goes_on_like_the_original(
      @ForAll("histories") List<Txn> before, @ForAll("histories") List<Txn> after) {
    var original = new StoreState(AMPLE);
    before.forEach(original::apply);
    var restored = new StoreState(AMPLE);
    restored.restore(original.index(), original.entries(), original.sessions());

    for (Txn txn : after) {
      assertThat(restored.apply(txn)).isEqualTo(original.apply(txn));
    }

    assertThat(restored.entries()).isEqualTo(original.entries());
  }

  @Property(tries = 200)
  void history_keeps_its_bound_and_says_what_it_forgot(
      @ForAll("histories") List<Txn> txns, @ForAll @IntRange(min = 1, max = 5) int bound) {
    var state = new StoreState(new ChangeHistory.Bound(bound, 1 << 20));
    txns.forEach(state::apply);

    long oldest = state.oldestWatchable();

    assertThat(oldest).isEqualTo(Math.max(0, state.index() - bound));
    assertThat(state.changesAfter(oldest).orElseThrow()).hasSize((int) (state.index() - oldest));
    if (oldest > 0) {
      assertThat(state.changesAfter(oldest - 1)).isEmpty();
    }
  }

  @Property(tries = 100)
  void an_index_is_raised_but_never_lowered(
      @ForAll("histories") List<Txn> txns, @ForAll @IntRange(max = 60) int raised) {
    var state = new StoreState(AMPLE);
    txns.forEach(state::apply);
    long before = state.index();

    state.raiseIndexTo(raised);

    assertThat(state.index()).isEqualTo(Math.max(before, raised));
  }

  private static void put(Map<String, Entry> entries, String key, @Nullable Entry entry) {
    if (entry == null) {
      entries.remove(key);
    } else {
      entries.put(key, entry);
    }
  }
}
