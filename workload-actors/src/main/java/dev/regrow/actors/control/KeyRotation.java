package dev.regrow.actors.control;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.codec.ContentsCodec;
import dev.regrow.core.codec.SecretCodec;
import dev.regrow.core.identity.SecretKeys;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.KeySharing;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.Vault;
import dev.regrow.v1.StoredSecretKeys;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * Puts a new key in place of the present one: first every server has it, then it seals what is new,
 * then all that is stored is sealed by it anew. No hash changes, so nobody is rolled.
 */
final class KeyRotation {

  private final Store store;
  private final Vault vault;
  private final LongSupplier wallMillis;

  KeyRotation(Store store, Vault vault, LongSupplier wallMillis) {
    this.store = store;
    this.vault = vault;
    this.wallMillis = wallMillis;
  }

  CompletionStage<Void> rotate() {
    var key = SecretKeys.generate(wallMillis.getAsLong());
    vault.keep(List.of(key));
    return KeySharing.share(store, vault, List.of(key))
        .thenCompose(
            without ->
                without.isEmpty()
                    ? use(key.getId())
                    : CompletableFuture.failedStage(
                        new Refusal(
                            Refusal.Kind.CONFLICT,
                            "these servers could not be given the new key, so the present one stays: %s; try again when they are there"
                                .formatted(String.join(", ", without)))))
        .thenCompose(used -> resealAll());
  }

  private CompletionStage<Void> use(String id) {
    return store
        .range(RangeQuery.key(Keys.SECRET_KEYS).linearizable())
        .thenCompose(
            found -> {
              if (found.entries().isEmpty()) {
                throw new Refusal(
                    Refusal.Kind.UNAVAILABLE, "the cluster has no key yet; try again in a moment");
              }
              var entry = found.entries().get(0);
              var next = keys(entry).toBuilder().setCurrent(id).addIds(id).build();
              return changed(entry, next.toByteString());
            })
        .thenAccept(
            done -> {
              if (!done) {
                throw new Refusal(
                    Refusal.Kind.CONFLICT, "the key was changed by others meanwhile; try again");
              }
            });
  }

  private static StoredSecretKeys keys(Entry entry) {
    try {
      return StoredSecretKeys.parseFrom(entry.value());
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the record " + entry.key() + " is damaged", damaged);
    }
  }

  private CompletionStage<Boolean> changed(Entry entry, ByteString next) {
    return store
        .commit(
            new Txn(
                List.of(new Txn.Condition.ChangedAt(entry.key(), entry.modIndex())),
                List.of(new Txn.Write.Put(entry.key(), next))))
        .thenApply(result -> result instanceof TxnResult.Committed);
  }

  /** What is changed by others meanwhile is sealed by the new key already. */
  CompletionStage<Void> resealAll() {
    return store
        .range(RangeQuery.prefix(Keys.SECRETS).linearizable())
        .thenCompose(secrets -> each(secrets.entries(), 0))
        .thenCompose(done -> store.range(RangeQuery.prefix(Keys.CONTENTS).linearizable()))
        .thenCompose(contents -> each(contents.entries(), 0));
  }

  private CompletionStage<Void> each(List<Entry> entries, int from) {
    return from == entries.size()
        ? CompletableFuture.completedStage(null)
        : reseal(entries.get(from)).thenComposeAsync(done -> each(entries, from + 1));
  }

  private CompletionStage<Void> reseal(Entry entry) {
    if (entry.key().startsWith(Keys.SECRETS)) {
      var stored = SecretCodec.stored(entry);
      if (stored.getSealed().getKeyId().equals(vault.current())) {
        return CompletableFuture.completedStage(null);
      }
      var next = SecretCodec.resealed(stored, SecretCodec.open(stored, vault), vault);
      return changed(entry, SecretCodec.bytes(next)).thenAccept(done -> {});
    }
    var content = ContentsCodec.content(entry);
    if (!content.hasSealed() || content.getSealed().getKeyId().equals(vault.current())) {
      return CompletableFuture.completedStage(null);
    }
    var path = entry.key().substring(Keys.CONTENTS.length()).split("/", 4);
    var boundTo = SecretCodec.boundTo(path[0], path[2]);
    var opened = vault.open(boundTo, content.getSealed());
    var next = content.toBuilder().setSealed(vault.seal(boundTo, opened)).build();
    return changed(entry, ContentsCodec.bytes(next)).thenAccept(done -> {});
  }
}
