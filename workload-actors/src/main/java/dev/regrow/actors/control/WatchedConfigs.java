package dev.regrow.actors.control;

import dev.regrow.actors.control.WatchStream.Watched;
import dev.regrow.core.codec.ConfigCodec;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.WatchListener.Change;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** What a watch of configs tells: all of it is stored. */
final class WatchedConfigs implements Watched {

  private final Configs configs;
  private final ListQuery query;

  WatchedConfigs(Configs configs, ListQuery query) {
    this.configs = configs;
    this.query = query;
  }

  @Override
  public String prefix() {
    return Reads.prefix(Keys.CONFIGS, query).from();
  }

  @Override
  public CompletionStage<Listing<WatchEvent.Builder>> current() {
    return WatchedKinds.all(
        query,
        page -> configs.configs(page, ReadPoint.LOCAL),
        shown -> WatchEvent.newBuilder().setConfig(shown));
  }

  @Override
  public CompletionStage<List<WatchEvent.Builder>> changed(Change change) {
    var after = change.after();
    var before = change.before();
    Entry entry = after == null ? before : after;
    if (entry == null || !Reads.matches(Reads.ref(change.key(), Keys.CONFIGS), query)) {
      return CompletableFuture.completedStage(List.of());
    }
    var shown = ConfigCodec.shown(entry);
    if (!shown.getLabelsMap().entrySet().containsAll(query.labels().entrySet())) {
      return CompletableFuture.completedStage(List.of());
    }
    var type = after == null ? WatchType.DELETE : WatchType.PUT;
    return CompletableFuture.completedStage(
        List.of(WatchEvent.newBuilder().setType(type).setConfig(shown)));
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
