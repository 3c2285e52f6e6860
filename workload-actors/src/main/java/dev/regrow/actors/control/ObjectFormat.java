package dev.regrow.actors.control;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Txn;
import dev.regrow.v1.WatchEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** How one kind of declared objects is kept and shown. */
interface ObjectFormat<T extends Message> {

  ContentRef.Kind kind();

  /** Where their records are; then follow namespace, slash and name. */
  String prefix();

  WorkloadRef ref(T object);

  Map<String, String> labels(T object);

  /** Whether the record says what is declared, so that nothing is to be changed. */
  boolean same(Entry record, T declared);

  /** Whether what workloads see of it changes. */
  boolean rolls(Entry record, T declared);

  /**
   * The record that is to be.
   *
   * @param before null: there is none
   * @throws Refusal if what is declared is only fit for one that is there
   */
  ByteString next(@Nullable Entry before, T declared);

  /** As the API shows it. */
  T shown(Entry record);

  /** As it is shown, with what other records say of it. */
  default CompletionStage<T> completed(T shown) {
    return CompletableFuture.completedStage(shown);
  }

  /** What goes with it, in the same transaction. */
  default CompletionStage<List<Txn.Write>> goingWith(T shown) {
    return CompletableFuture.completedStage(List.of());
  }

  WatchEvent.Builder event(T shown);
}
