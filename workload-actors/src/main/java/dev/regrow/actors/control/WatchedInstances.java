package dev.regrow.actors.control;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.board.Board.Changed;
import dev.regrow.actors.control.WatchStream.Watched;
import dev.regrow.core.codec.InstanceView;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.Instance;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What a watch of instances tells: assignments as they are stored, and in between the slots that no
 * node has room for, which come and go as instances of their own.
 */
final class WatchedInstances implements Watched {

  private final Store store;
  private final Board board;
  private final Reads reads;
  private final InstanceReads instances;
  private final ListQuery query;

  /** Where the list at the beginning was read; 0: a watch that was resumed, so there was none. */
  private volatile long listed;

  /** The unplaced slots that were told, by workload and then by slot. */
  private final Map<WorkloadRef, Map<String, Instance>> told = new ConcurrentHashMap<>();

  WatchedInstances(
      Store store, Board board, Reads reads, InstanceReads instances, ListQuery query) {
    this.store = store;
    this.board = board;
    this.reads = reads;
    this.instances = instances;
    this.query = query;
  }

  @Override
  public String prefix() {
    return Reads.prefix(Keys.ASSIGNMENTS, query).from();
  }

  @Override
  public CompletionStage<Listing<WatchEvent.Builder>> current() {
    return WatchedKinds.all(
            query, page -> instances.instances(page, ReadPoint.LOCAL), this::current)
        .thenApply(
            all -> {
              listed = all.index();
              return all;
            });
  }

  private WatchEvent.Builder current(Instance shown) {
    if (shown.getNode().isEmpty()) {
      told.computeIfAbsent(of(shown), ref -> new ConcurrentHashMap<>()).put(shown.getSlot(), shown);
    }
    return WatchEvent.newBuilder().setInstance(shown);
  }

  private static WorkloadRef of(Instance instance) {
    return new WorkloadRef(instance.getNamespace(), instance.getWorkload());
  }

  @Override
  public CompletionStage<List<WatchEvent.Builder>> changed(WatchListener.Change change) {
    var after = change.after();
    var before = change.before();
    var entry = after == null ? before : after;
    if (entry == null) {
      return none();
    }
    var told = tell(entry, after == null ? WatchType.DELETE : WatchType.PUT);
    return before == null && listed == 0 ? told.thenApply(WatchedInstances::inItsSlot) : told;
  }

  /** Who resumes may have been told, before, that the slot is unplaced. */
  private static List<WatchEvent.Builder> inItsSlot(List<WatchEvent.Builder> placed) {
    var events = new ArrayList<WatchEvent.Builder>();
    for (var event : placed) {
      var now = event.getInstance();
      var slot = InstanceView.unplaced(owner(of(now)), now.getSlot(), now.getRevision(), "", 0);
      events.add(event(WatchType.DELETE, slot));
      events.add(event);
    }
    return events;
  }

  private static InstanceView.Owner owner(WorkloadRef ref) {
    return new InstanceView.Owner(ref.namespace(), ref.name());
  }

  private CompletionStage<List<WatchEvent.Builder>> tell(Entry entry, WatchType type) {
    var shown = instances.instance(entry);
    var event = event(type, shown);
    return wanted(of(shown)).thenApply(yes -> yes ? List.of(event) : List.of());
  }

  private CompletionStage<Boolean> wanted(WorkloadRef ref) {
    if (!Reads.matches(ref, query) || query.labels().isEmpty()) {
      return CompletableFuture.completedStage(Reads.matches(ref, query));
    }
    return store
        .range(RangeQuery.key(Keys.workload(ref.namespace(), ref.name())))
        .thenCompose(
            found ->
                found.entries().isEmpty()
                    ? CompletableFuture.completedStage(false)
                    : reads
                        .shown(found.entries().get(0), 0)
                        .thenApply(workload -> Reads.labelled(workload, query)));
  }

  @Override
  public CompletionStage<List<WatchEvent.Builder>> now(String key) {
    if (key.equals(Keys.WORKLOADS)) {
      return instances.unplaced(query).thenApply(this::differences);
    }
    if (key.startsWith(Keys.WORKLOADS)) {
      return unplaced(Reads.ref(key, Keys.WORKLOADS));
    }
    return store
        .range(RangeQuery.key(key))
        .thenCompose(
            found ->
                found.entries().isEmpty() ? none() : tell(found.entries().get(0), WatchType.PUT));
  }

  /** How the unplaced slots of a workload differ from those told of. */
  private CompletionStage<List<WatchEvent.Builder>> unplaced(WorkloadRef ref) {
    return wanted(ref)
        .thenCompose(
            yes ->
                yes
                    ? instances.unplaced(ListQuery.of(ref))
                    : CompletableFuture.completedStage(List.<Instance>of()))
        .thenApply(now -> difference(ref, now));
  }

  private List<WatchEvent.Builder> differences(List<Instance> all) {
    var byWorkload = all.stream().collect(Collectors.groupingBy(WatchedInstances::of));
    var events = new ArrayList<WatchEvent.Builder>();
    byWorkload.forEach((ref, now) -> events.addAll(difference(ref, now)));
    return events;
  }

  private List<WatchEvent.Builder> difference(WorkloadRef ref, List<Instance> now) {
    var before = told.getOrDefault(ref, Map.of());
    var events = new ArrayList<WatchEvent.Builder>();
    var after = now.stream().collect(Collectors.toMap(Instance::getSlot, slot -> slot));
    before.forEach(
        (slot, shown) -> {
          if (!after.containsKey(slot)) {
            events.add(event(WatchType.DELETE, shown));
          }
        });
    for (var shown : now) {
      var last = before.get(shown.getSlot());
      if (last == null || !last.getMessage().equals(shown.getMessage())) {
        events.add(event(WatchType.PUT, shown));
      }
    }
    if (after.isEmpty()) {
      told.remove(ref);
    } else {
      told.put(ref, new ConcurrentHashMap<>(after));
    }
    return events;
  }

  private static WatchEvent.Builder event(WatchType type, Instance shown) {
    return WatchEvent.newBuilder().setType(type).setInstance(shown);
  }

  private static CompletionStage<List<WatchEvent.Builder>> none() {
    return CompletableFuture.completedStage(List.of());
  }

  @Override
  public Runnable listen(Consumer<String> keys) {
    var soft = board.listen(changed -> heard(changed, keys));
    long from = listed > 0 ? listed : store.appliedIndex();
    var placed = follow(Keys.ASSIGNMENTS, from, keys);
    var declared = follow(Keys.WORKLOADS, from, keys);
    if (listed == 0) {
      keys.accept(Keys.WORKLOADS);
    }
    return () -> {
      soft.run();
      placed.close();
      declared.close();
    };
  }

  private void heard(Changed changed, Consumer<String> keys) {
    if (changed instanceof Changed.InstanceChanged instance) {
      var about = instance.assignment();
      keys.accept(Keys.assignment(about.namespace(), about.workload(), about.instanceId()));
    } else {
      // There may be room now, or another reason why there is none.
      told.keySet().forEach(ref -> keys.accept(Keys.workload(ref.namespace(), ref.name())));
    }
  }

  private Store.Watch follow(String kind, long from, Consumer<String> keys) {
    return store.watch(
        Reads.prefix(kind, query).from(),
        from,
        new WatchListener() {
          @Override
          public void onChanges(long index, List<Change> changes) {
            changes.stream()
                .map(change -> Reads.ref(change.key(), kind))
                .distinct()
                .filter(ref -> Reads.matches(ref, query))
                .forEach(ref -> keys.accept(Keys.workload(ref.namespace(), ref.name())));
          }

          @Override
          public void onGone(long oldestIndex) {
            // Only what is not stored comes from here; what is has a watch that ends loudly.
          }
        });
  }
}
