package dev.regrow.gateway.auth;

import dev.regrow.core.codec.TokenCodec;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.WatchListener;
import dev.regrow.v1.StoredToken;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@link Tokens} and the local file equal to the store: lists, then lists again whenever a
 * token changes, which is seldom.
 */
public final class TokenSync implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TokenSync.class);

  private static final Duration RETRY = Duration.ofMillis(500);

  private final Store store;
  private final Tokens tokens;
  private final TokenFile file;
  private final Executor blocking;
  private final Object lock = new Object();
  private Store.Watch watch = () -> {};
  private boolean closed;

  private TokenSync(Store store, Tokens tokens, TokenFile file, Executor blocking) {
    this.store = store;
    this.tokens = tokens;
    this.file = file;
    this.blocking = blocking;
  }

  /**
   * Begins: follows the store's tokens and keeps the copy of them.
   *
   * @param blocking runs what touches the disk
   */
  public static TokenSync start(Store store, Tokens tokens, TokenFile file, Executor blocking) {
    var sync = new TokenSync(store, tokens, file, blocking);
    sync.list();
    return sync;
  }

  private void list() {
    store
        .range(RangeQuery.prefix(Keys.TOKENS))
        .thenAcceptAsync(this::listed, blocking)
        .whenCompleteAsync(
            (done, failure) -> {
              if (failure != null) {
                LOG.warn(
                    "The tokens cannot be read from the store, which is tried again: {}",
                    failure.getMessage());
                again();
              }
            },
            blocking);
  }

  /**
   * A change that was missed would leave a revoked token good for as long as nothing else changes.
   */
  private void again() {
    synchronized (lock) {
      if (closed) {
        return;
      }
    }
    CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS, blocking)
        .execute(this::list);
  }

  private void listed(RangeResult result) {
    var all = new ArrayList<StoredToken>();
    result.entries().forEach(entry -> all.add(TokenCodec.stored(entry)));
    tokens.replaceAll(result.index(), all);
    synchronized (lock) {
      if (closed) {
        return; // The copy may be another's by now, or its folder gone.
      }
      copy(all);
    }
    watchFrom(result.index());
  }

  private void copy(List<StoredToken> all) {
    try {
      file.write(all);
    } catch (UncheckedIOException e) {
      LOG.warn("{}; while the cluster is away, older tokens count", e.getMessage());
    }
  }

  private void watchFrom(long index) {
    var next = store.watch(Keys.TOKENS, index, new Relist());
    Store.Watch over;
    synchronized (lock) {
      over = closed ? next : watch;
      watch = closed ? watch : next;
    }
    over.close(); // Not under the lock: it waits for a listener, which may be waiting for us.
  }

  @Override
  public void close() {
    Store.Watch over;
    synchronized (lock) {
      closed = true;
      over = watch;
    }
    over.close();
  }

  private final class Relist implements WatchListener {
    @Override
    public void onChanges(long index, List<Change> changes) {
      blocking.execute(TokenSync.this::list);
    }

    @Override
    public void onGone(long oldestIndex) {
      blocking.execute(TokenSync.this::list);
    }
  }
}
