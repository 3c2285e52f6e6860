package dev.regrow.gateway.auth;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StoredToken;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The token that a cluster begins with. Its plaintext exists only in the context file of the node
 * that formed the cluster, and is written there before its hash is committed: a crash in between is
 * made good by the next start.
 */
public final class AdminToken {

  public static final String ID = "admin";

  private AdminToken() {}

  /** Makes the store know the token; commits only when it does not yet. */
  public static CompletionStage<Void> ensure(Store store, String token, long nowMillis) {
    var wanted = TokenText.hash(token);
    return store
        .range(RangeQuery.key(Keys.token(ID)))
        .thenCompose(
            found -> {
              if (found.entries().isEmpty()) {
                return commit(store, new Txn.Condition.Absent(Keys.token(ID)), wanted, nowMillis);
              }
              var entry = found.entries().get(0);
              if (hashIn(entry.value()).equals(wanted)) {
                return CompletableFuture.completedFuture(null);
              }
              return commit(
                  store,
                  new Txn.Condition.ChangedAt(entry.key(), entry.modIndex()),
                  wanted,
                  nowMillis);
            });
  }

  private static CompletionStage<Void> commit(
      Store store, Txn.Condition condition, String hash, long nowMillis) {
    var record =
        StoredToken.newBuilder()
            .setId(ID)
            .setRole(Role.ADMIN.text())
            .setHash(hash)
            .setCreatedAt(nowMillis)
            .build();
    var put = new Txn.Write.Put(Keys.token(ID), record.toByteString());
    return store
        .commit(new Txn(List.of(condition), List.of(put)))
        .thenAccept(
            result -> {
              if (result instanceof TxnResult.ConditionFailed) {
                throw new IllegalStateException(
                    "another node changed the admin token at the same time; start again");
              }
            });
  }

  private static String hashIn(com.google.protobuf.ByteString value) {
    try {
      return StoredToken.parseFrom(value).getHash();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the record " + Keys.token(ID) + " is damaged", e);
    }
  }
}
