package dev.regrow.actors.control;

import dev.regrow.actors.control.WatchStream.Watched;
import dev.regrow.core.codec.TokenCodec;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener.Change;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** What a watch of tokens tells: all of it is stored. */
final class WatchedTokens implements Watched {

  private final Store store;

  WatchedTokens(Store store) {
    this.store = store;
  }

  @Override
  public String prefix() {
    return Keys.TOKENS;
  }

  @Override
  public CompletionStage<Listing<WatchEvent.Builder>> current() {
    return store
        .range(RangeQuery.prefix(Keys.TOKENS))
        .thenApply(
            found ->
                new Listing<>(
                    found.entries().stream().map(entry -> told(entry, WatchType.PUT)).toList(),
                    found.index(),
                    ""));
  }

  private static WatchEvent.Builder told(Entry entry, WatchType type) {
    return WatchEvent.newBuilder().setType(type).setToken(TokenCodec.shown(entry));
  }

  @Override
  public CompletionStage<List<WatchEvent.Builder>> changed(Change change) {
    var after = change.after();
    var before = change.before();
    if (after != null) {
      return CompletableFuture.completedStage(List.of(told(after, WatchType.PUT)));
    }
    return CompletableFuture.completedStage(
        before == null ? List.of() : List.of(told(before, WatchType.DELETE)));
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
