package dev.regrow.actors.control;

import com.google.protobuf.Message;
import dev.regrow.actors.control.WatchStream.Watched;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.WatchListener.Change;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** What a watch of declared objects of one kind tells: all of it is stored. */
final class WatchedObjects<T extends Message> implements Watched {

  private final Objects<T> objects;
  private final ObjectFormat<T> format;
  private final ListQuery query;

  WatchedObjects(Objects<T> objects, ObjectFormat<T> format, ListQuery query) {
    this.objects = objects;
    this.format = format;
    this.query = query;
  }

  @Override
  public String prefix() {
    return Reads.prefix(format.prefix(), query).from();
  }

  @Override
  public CompletionStage<Listing<WatchEvent.Builder>> current() {
    return WatchedKinds.all(
        query, page -> objects.list(page, ReadPoint.LOCAL), shown -> format.event(shown));
  }

  @Override
  public CompletionStage<List<WatchEvent.Builder>> changed(Change change) {
    var after = change.after();
    var before = change.before();
    Entry entry = after == null ? before : after;
    if (entry == null || !Reads.matches(format.ref(change.key()), query)) {
      return CompletableFuture.completedStage(List.of());
    }
    var shown = format.shown(entry);
    if (!format.labels(shown).entrySet().containsAll(query.labels().entrySet())) {
      return CompletableFuture.completedStage(List.of());
    }
    var type = after == null ? WatchType.DELETE : WatchType.PUT;
    return format.completed(shown).thenApply(one -> List.of(format.event(one).setType(type)));
  }

  @Override
  public CompletionStage<List<WatchEvent.Builder>> now(String key) {
    return CompletableFuture.completedStage(List.of());
  }

  @Override
  public Runnable listen(Consumer<String> keys) {
    return () -> {};
  }
}
