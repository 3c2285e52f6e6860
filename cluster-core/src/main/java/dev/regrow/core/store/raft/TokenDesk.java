package dev.regrow.core.store.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Permissions;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.v1.StoreTokenRequest;
import dev.regrow.v1.StoredToken;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Answers who was shown a token, of that very token; of others it tells nothing, not even that they
 * are. That a token is good is read where it is; that there is none such is said only by who knows
 * all that was agreed on, since a server that has just begun, or is being refilled, knows of none.
 */
final class TokenDesk {

  private final Store reader;
  private final Permissions.Present present;

  TokenDesk(Store reader, Permissions.Present present) {
    this.reader = reader;
    this.present = present;
  }

  /** The record of it; empty: there is none of that id and hash. Fails while that isn't known. */
  CompletionStage<ByteString> about(StoreTokenRequest asked) {
    var key = Keys.token(asked.getId());
    var here = matching(present.get(key), asked.getHash());
    if (!here.isEmpty()) {
      return CompletableFuture.completedFuture(here);
    }
    return reader
        .range(RangeQuery.key(key).linearizable())
        .thenApply(
            agreed ->
                agreed.entries().isEmpty()
                    ? ByteString.EMPTY
                    : matching(agreed.entries().get(0), asked.getHash()));
  }

  private static ByteString matching(@Nullable Entry entry, String hash) {
    if (entry == null) {
      return ByteString.EMPTY;
    }
    try {
      boolean same =
          MessageDigest.isEqual(
              StoredToken.parseFrom(entry.value()).getHash().getBytes(StandardCharsets.US_ASCII),
              hash.getBytes(StandardCharsets.UTF_8));
      return same ? entry.value() : ByteString.EMPTY;
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the record " + entry.key() + " is damaged", damaged);
    }
  }
}
