package dev.regrow.gateway.auth;

import dev.regrow.core.codec.TokenCodec;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StoredToken;
import dev.regrow.v1.Token;
import dev.regrow.v1.TokenList;
import dev.regrow.v1.TokenRequest;
import dev.regrow.v1.TokenRole;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Issues, lists and revokes tokens. What is issued or revoked counts on this node at once, and on
 * others as soon as the store tells them.
 */
public final class TokenDesk {

  /** Expired tokens are listed for so long, so that their owners can see why they are refused. */
  private static final Duration KEPT = Duration.ofDays(1);

  private static final int DROPPED_AT_ONCE = 100;

  private final Store store;
  private final Tokens tokens;
  private final Clock clock;
  private final String authority;

  /**
   * @param authority {@code sha256:HEX}, which goes with each token that lets nodes join; "": none
   */
  public TokenDesk(Store store, Tokens tokens, Clock clock, String authority) {
    this.store = store;
    this.tokens = tokens;
    this.clock = clock;
    this.authority = authority;
  }

  /**
   * By id, without the tokens themselves, which are known to their owners alone.
   *
   * @param after the id that the page before ended with; "" for the first
   * @param limit 1 or more
   */
  public CompletionStage<TokenList> list(String after, int limit, boolean consistent, long index) {
    var all = RangeQuery.prefix(Keys.TOKENS);
    var from = after.isEmpty() ? all.from() : Keys.token(after) + "\0";
    return store
        .range(new RangeQuery(from, all.to(), limit + 1, consistent, index))
        .thenApply(
            found -> {
              var shown = found.entries().stream().limit(limit).map(TokenCodec::shown).toList();
              boolean more = found.entries().size() > limit;
              return TokenList.newBuilder()
                  .addAllItems(shown)
                  .setIndex(found.index())
                  .setContinue(more ? shown.get(limit - 1).getId() : "")
                  .build();
            });
  }

  /** A new token; the answer alone holds it. */
  public CompletionStage<Token> issue(TokenRequest wanted) {
    return store
        .range(RangeQuery.prefix(Keys.TOKENS))
        .thenCompose(all -> issue(wanted, all.entries()));
  }

  private CompletionStage<Token> issue(TokenRequest wanted, List<Entry> present) {
    long now = clock.millis();
    var token = TokenText.random(TokenText.randomId());
    var stored =
        StoredToken.newBuilder()
            .setId(TokenText.idOf(token))
            .setRole(TokenCodec.text(wanted.getRole()))
            .setHash(TokenText.hash(token))
            .setCreatedAt(now)
            .setExpiresAt(wanted.hasTtl() ? now + wanted.getTtl() : 0)
            .addAllNamespaces(wanted.getNamespacesList())
            .build();
    var key = Keys.token(stored.getId());
    var writes = new ArrayList<Txn.Write>(longExpired(present, now));
    writes.add(new Txn.Write.Put(key, stored.toByteString()));
    return store
        .commit(new Txn(List.of(new Txn.Condition.Absent(key)), writes))
        .thenCompose(
            result -> {
              if (!(result instanceof TxnResult.Committed committed)) {
                return issue(wanted, present); // That id is taken, one time in 2^50.
              }
              tokens.issued(committed.index(), stored);
              return CompletableFuture.completedStage(
                  TokenCodec.shown(stored, committed.index()).toBuilder()
                      .setToken(shown(wanted.getRole(), token))
                      .build());
            });
  }

  /** Who joins knows the cluster by it before it shows the token. */
  private String shown(TokenRole role, String token) {
    return role == TokenRole.TOKEN_JOIN && !authority.isEmpty() ? token + "@" + authority : token;
  }

  private static List<Txn.Write> longExpired(List<Entry> present, long now) {
    return present.stream()
        .filter(
            entry -> {
              long expires = TokenCodec.stored(entry).getExpiresAt();
              return expires != 0 && expires + KEPT.toMillis() < now;
            })
        .limit(DROPPED_AT_ONCE)
        .<Txn.Write>map(entry -> new Txn.Write.Delete(entry.key()))
        .toList();
  }

  /** What the token was; empty when there is none of that id. */
  public CompletionStage<Optional<Token>> revoke(String id) {
    return store
        .range(RangeQuery.key(Keys.token(id)).linearizable())
        .thenCompose(
            found -> {
              if (found.entries().isEmpty()) {
                return CompletableFuture.completedStage(Optional.empty());
              }
              var was = found.entries().get(0);
              return store
                  .commit(new Txn(List.of(), List.of(new Txn.Write.Delete(was.key()))))
                  .thenApply(
                      result -> {
                        long index = ((TxnResult.Committed) result).index();
                        tokens.revoked(index, id);
                        return Optional.of(
                            TokenCodec.shown(was).toBuilder().setIndex(index).build());
                      });
            });
  }
}
