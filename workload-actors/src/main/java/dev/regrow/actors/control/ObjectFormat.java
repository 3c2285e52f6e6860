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

  /** As what templates refer to it; null: they do not. */
  ContentRef.@Nullable Kind kind();

  /** As in messages: {@code config}. */
  default String noun() {
    var kind = kind();
    if (kind == null) {
      throw new IllegalStateException("what no template refers to must say what it is called");
    }
    return kind.text();
  }

  /** As {@code config shop/web}. */
  default String title(WorkloadRef ref) {
    return noun() + " " + ref;
  }

  /** That there is none of that name. */
  default String absence(WorkloadRef ref) {
    return "there is no " + title(ref);
  }

  /** Where their records are. */
  String prefix();

  default String key(WorkloadRef ref) {
    return prefix() + ref.namespace() + "/" + ref.name();
  }

  /** Whose record it is, by its key. */
  default WorkloadRef ref(String key) {
    return Reads.ref(key, prefix());
  }

  /** The record that counts while there is none; null: then there is nothing. */
  default @Nullable ByteString implied(WorkloadRef ref) {
    return null;
  }

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
