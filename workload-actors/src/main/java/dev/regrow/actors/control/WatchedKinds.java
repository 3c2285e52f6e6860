package dev.regrow.actors.control;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.board.Board.Changed;
import dev.regrow.actors.control.WatchStream.Watched;
import dev.regrow.core.codec.EventCodec;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Vault;
import dev.regrow.core.store.WatchListener;
import dev.regrow.core.store.WatchListener.Change;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/** What each kind of watch tells. */
final class WatchedKinds {

  private final Store store;
  private final Board board;
  private final Reads reads;
  private final InstanceReads instances;
  private final NodeReads nodes;
  private final ControlPlane control;

  WatchedKinds(
      Store store,
      Board board,
      Reads reads,
      InstanceReads instances,
      NodeReads nodes,
      ControlPlane control) {
    this.store = store;
    this.board = board;
    this.reads = reads;
    this.instances = instances;
    this.nodes = nodes;
    this.control = control;
  }

  Watched of(ControlPlane.WatchKind kind, ListQuery query) {
    return switch (kind) {
      case WORKLOADS -> new Workloads(query);
      case INSTANCES -> new WatchedInstances(store, board, reads, instances, query);
      case NODES -> new Nodes(query);
      case TOKENS -> new WatchedTokens(store);
      case CONFIGS -> new WatchedObjects<>(control.configs(), new ConfigFormat(() -> 0), query);
      case SECRETS ->
          new WatchedObjects<>(
              control.secrets(), new SecretFormat(Vault.of(store), () -> 0), query);
      case VOLUMES ->
          new WatchedObjects<>(control.volumes(), new VolumeFormat(store, () -> 0), query);
      case NAMESPACES ->
          new WatchedObjects<>(control.namespaces(), new NamespaceFormat(() -> 0), query);
      case EVENTS -> new Events(query);
      case REVISIONS -> new WatchedRevisions(store, reads, query);
    };
  }

  /** All pages of a list as one. */
  static <T> CompletionStage<Listing<WatchEvent.Builder>> all(
      ListQuery query,
      Function<ListQuery, CompletionStage<Listing<T>>> list,
      Function<T, WatchEvent.Builder> event) {
    return list.apply(query)
        .thenCompose(
            page -> {
              var items = page.items().stream().map(event).toList();
              if (page.next().isEmpty()) {
                return CompletableFuture.completedStage(new Listing<>(items, page.index(), ""));
              }
              var next =
                  new ListQuery(
                      query.namespace(), query.workload(), query.labels(), 1000, page.next());
              return all(next, list, event)
                  .thenApply(
                      rest ->
                          // The oldest index of all pages: what changed since is told again.
                          new Listing<>(joined(items, rest.items()), page.index(), ""));
            });
  }

  private static <T> List<T> joined(List<T> first, List<T> second) {
    return java.util.stream.Stream.concat(first.stream(), second.stream()).toList();
  }

  private static CompletionStage<List<WatchEvent.Builder>> none() {
    return CompletableFuture.completedStage(List.of());
  }

  private static CompletionStage<List<WatchEvent.Builder>> one(WatchEvent.Builder event) {
    return CompletableFuture.completedStage(List.of(event));
  }

  private CompletionStage<List<WatchEvent.Builder>> at(
      String key, Function<Entry, CompletionStage<List<WatchEvent.Builder>>> found) {
    return store
        .range(RangeQuery.key(key))
        .thenCompose(
            read -> read.entries().isEmpty() ? none() : found.apply(read.entries().get(0)));
  }

  private Runnable listen(Consumer<Changed> listener) {
    return board.listen(listener);
  }

  private final class Workloads implements Watched {
    private final ListQuery query;

    Workloads(ListQuery query) {
      this.query = query;
    }

    @Override
    public String prefix() {
      return Reads.prefix(Keys.WORKLOADS, query).from();
    }

    @Override
    public CompletionStage<Listing<WatchEvent.Builder>> current() {
      return all(
          query,
          page -> reads.workloads(page, ReadPoint.LOCAL),
          shown -> WatchEvent.newBuilder().setWorkload(shown));
    }

    @Override
    public CompletionStage<List<WatchEvent.Builder>> changed(Change change) {
      var after = change.after();
      var before = change.before();
      var entry = after == null ? before : after;
      if (entry == null || !Reads.matches(Reads.ref(change.key(), Keys.WORKLOADS), query)) {
        return none();
      }
      return tell(entry, after == null ? WatchType.DELETE : WatchType.PUT);
    }

    private CompletionStage<List<WatchEvent.Builder>> tell(Entry entry, WatchType type) {
      return reads
          .shown(entry, 0)
          .thenApply(
              shown ->
                  Reads.labelled(shown, query)
                      ? List.of(WatchEvent.newBuilder().setType(type).setWorkload(shown))
                      : List.<WatchEvent.Builder>of());
    }

    @Override
    public CompletionStage<List<WatchEvent.Builder>> now(String key) {
      return at(key, entry -> tell(entry, WatchType.PUT));
    }

    @Override
    public Runnable listen(Consumer<String> keys) {
      var soft =
          WatchedKinds.this.listen(
              changed -> {
                if (changed instanceof Changed.InstanceChanged instance) {
                  var about = instance.assignment();
                  offer(new WorkloadRef(about.namespace(), about.workload()), keys);
                }
              });
      var stored =
          store.watch(
              Reads.prefix(Keys.ASSIGNMENTS, query).from(),
              store.appliedIndex(),
              new AssignmentListener(ref -> offer(ref, keys)));
      return () -> {
        soft.run();
        stored.close();
      };
    }

    private void offer(WorkloadRef ref, Consumer<String> keys) {
      if (Reads.matches(ref, query)) {
        keys.accept(Keys.workload(ref.namespace(), ref.name()));
      }
    }
  }

  /** A changed assignment changes its workload's status. */
  private record AssignmentListener(Consumer<WorkloadRef> workloads) implements WatchListener {
    @Override
    public void onChanges(long index, List<Change> changes) {
      changes.stream()
          .map(change -> Reads.ref(change.key(), Keys.ASSIGNMENTS))
          .distinct()
          .forEach(workloads);
    }

    @Override
    public void onGone(long oldestIndex) {
      // Only statuses come from here; what is stored has a watch of its own, which ends loudly.
    }
  }

  private final class Nodes implements Watched {
    private final ListQuery query;

    Nodes(ListQuery query) {
      this.query = query;
    }

    @Override
    public String prefix() {
      return Keys.NODES;
    }

    @Override
    public CompletionStage<Listing<WatchEvent.Builder>> current() {
      return all(
          query,
          page -> nodes.nodes(page, ReadPoint.LOCAL),
          shown -> WatchEvent.newBuilder().setNode(shown));
    }

    @Override
    public CompletionStage<List<WatchEvent.Builder>> changed(Change change) {
      var after = change.after();
      var before = change.before();
      if (after != null && NodeReads.isShown(after)) {
        return tell(after, WatchType.PUT);
      }
      return before != null && NodeReads.isShown(before) ? tell(before, WatchType.DELETE) : none();
    }

    private CompletionStage<List<WatchEvent.Builder>> tell(Entry entry, WatchType type) {
      var node = nodes.node(entry);
      return NodeReads.labelled(node, query)
          ? one(WatchEvent.newBuilder().setType(type).setNode(node))
          : none();
    }

    @Override
    public CompletionStage<List<WatchEvent.Builder>> now(String key) {
      return at(key, entry -> NodeReads.isShown(entry) ? tell(entry, WatchType.PUT) : none());
    }

    @Override
    public Runnable listen(Consumer<String> keys) {
      return WatchedKinds.this.listen(
          changed -> {
            if (changed instanceof Changed.NodeChanged node) {
              keys.accept(Keys.node(node.nodeUid()));
            }
          });
    }
  }

  private final class Events implements Watched {
    private final ListQuery query;

    Events(ListQuery query) {
      this.query = query;
    }

    @Override
    public String prefix() {
      return Reads.prefix(Keys.EVENTS, query).from();
    }

    @Override
    public CompletionStage<Listing<WatchEvent.Builder>> current() {
      return all(
          query,
          page -> reads.events(page, ReadPoint.LOCAL),
          shown -> WatchEvent.newBuilder().setEvent(shown));
    }

    /** That old ones are dropped to make room is nobody's news. */
    @Override
    public CompletionStage<List<WatchEvent.Builder>> changed(Change change) {
      var after = change.after();
      return after == null || !Reads.matches(Reads.ref(change.key(), Keys.EVENTS), query)
          ? none()
          : one(WatchEvent.newBuilder().setType(WatchType.PUT).setEvent(EventCodec.shown(after)));
    }

    @Override
    public CompletionStage<List<WatchEvent.Builder>> now(String key) {
      return none();
    }

    @Override
    public Runnable listen(Consumer<String> keys) {
      return () -> {};
    }
  }
}
