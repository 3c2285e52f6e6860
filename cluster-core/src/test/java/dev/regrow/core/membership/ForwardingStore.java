package dev.regrow.core.membership;

import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.RangeResult;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.WatchListener;
import java.util.concurrent.CompletionStage;

/** Another store, but for what a test makes of it. */
abstract class ForwardingStore implements Store {

  final Store store;

  ForwardingStore(Store store) {
    this.store = store;
  }

  @Override
  public CompletionStage<TxnResult> commit(Txn txn) {
    return store.commit(txn);
  }

  @Override
  public CompletionStage<RangeResult> range(RangeQuery query) {
    return store.range(query);
  }

  @Override
  public Watch watch(String prefix, long afterIndex, WatchListener listener) {
    return store.watch(prefix, afterIndex, listener);
  }

  @Override
  public long appliedIndex() {
    return store.appliedIndex();
  }

  @Override
  public Health health() {
    return store.health();
  }

  @Override
  public void close() {
    store.close();
  }
}
