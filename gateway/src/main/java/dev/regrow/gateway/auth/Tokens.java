package dev.regrow.gateway.auth;

import dev.regrow.v1.StoredToken;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that this node knows, by id. Thread-safe: readers see one whole set or the next.
 *
 * <p>It answers from memory, so it works while the cluster is away; {@link TokenSync} keeps it up
 * to date.
 */
public final class Tokens {

  private static final String NO_HASH = TokenText.hash("");

  private final Clock clock;
  private volatile Map<String, StoredToken> byId = Map.of();
  private final Set<Tenancy> tenancies = ConcurrentHashMap.newKeySet();
  private long asOf;
  private volatile boolean waiting;
  private volatile @Nullable Asked asked;

  /** Who is asked about tokens that are shown, where this node does not hold them all. */
  interface Asked {
    CompletionStage<Void> about(String token);
  }

  public Tokens(Clock clock) {
    this.clock = clock;
  }

  /** The store has more than is known here, and will tell: what is unknown may be good. */
  public void waitForStore() {
    waiting = true;
  }

  /** Whether a token that is unknown here may be one that the store knows. */
  public boolean isWaiting() {
    return waiting;
  }

  /** From now on, what is known of a token is asked about when it is shown. */
  void askAbout(Asked who) {
    asked = who;
  }

  /** Whether {@link #learn} has anybody to ask. */
  public boolean mustAsk() {
    return asked != null;
  }

  /** Completes, always well, once what is known of that token here is fresh, or nobody answers. */
  public CompletionStage<Void> learn(String token) {
    var who = asked;
    return who == null ? CompletableFuture.completedFuture(null) : who.about(token);
  }

  /** What was answered about one; empty: there is none such. */
  synchronized void told(String id, Optional<StoredToken> token) {
    var next = new TreeMap<>(byId);
    token.ifPresentOrElse(known -> next.put(id, known), () -> next.remove(id));
    waiting = false;
    become(next);
  }

  /** Nobody answered, so what is unknown may be good. */
  void untold() {
    waiting = true;
  }

  /** Until the store has told its own, these are the tokens, and no others. */
  public void replaceAll(Collection<StoredToken> tokens) {
    replaceAll(0, tokens);
  }

  /**
   * From now on these are the tokens, and no others.
   *
   * @param index of the store that they were read at; what is older than what is known is ignored,
   *     so that no revoked token comes back
   */
  public synchronized void replaceAll(long index, Collection<StoredToken> tokens) {
    if (index < asOf) {
      return;
    }
    var next = new TreeMap<String, StoredToken>();
    tokens.forEach(token -> next.put(token.getId(), token));
    asOf = index;
    become(next);
    if (index > 0) {
      waiting = false;
    }
  }

  /** A token that was stored at this index counts here at once, before the store tells of it. */
  synchronized void issued(long index, StoredToken token) {
    var next = new TreeMap<>(byId);
    next.put(token.getId(), token);
    asOf = Math.max(asOf, index);
    become(next);
  }

  /** A token that was removed at this index is refused here at once. */
  synchronized void revoked(long index, String id) {
    var next = new TreeMap<>(byId);
    next.remove(id);
    asOf = Math.max(asOf, index);
    become(next);
  }

  private void become(Map<String, StoredToken> next) {
    byId = Map.copyOf(next);
    tenancies.forEach(Tenancy::endUnlessKnown);
  }

  /**
   * Has it run once, soon after the token is revoked or replaced by another one of its id. That it
   * expires is for {@link #left} to say.
   *
   * @param revoked must not block
   * @return to be closed when nobody is interested any more; after that it does not begin to run
   */
  public Tenancy onEnd(Pass pass, Runnable revoked) {
    var tenancy = new Tenancy(pass.token(), revoked);
    tenancies.add(tenancy);
    tenancy.endUnlessKnown(); // It may have been revoked since it was shown.
    return tenancy;
  }

  /** See {@link #onEnd}. */
  public final class Tenancy implements AutoCloseable {

    private final StoredToken token;
    private final Runnable revoked;

    private Tenancy(StoredToken token, Runnable revoked) {
      this.token = token;
      this.revoked = revoked;
    }

    private void endUnlessKnown() {
      if (!token.equals(byId.get(token.getId())) && tenancies.remove(this)) {
        revoked.run();
      }
    }

    @Override
    public void close() {
      tenancies.remove(this);
    }
  }

  /** How long the token still counts, if it is not revoked; nothing: without an end. */
  public Optional<Duration> left(Pass pass) {
    long end = pass.token().getExpiresAt();
    return end == 0
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(Math.max(0, end - clock.millis())));
  }

  /** All that are known, in no order. */
  public Collection<StoredToken> all() {
    return byId.values();
  }

  /** The role of the token, if it is known, whole and not expired. */
  public Optional<Role> roleOf(String token) {
    return passOf(token).map(Pass::role);
  }

  /** What the token allows, if it is known, whole and not expired. */
  public Optional<Pass> passOf(String token) {
    var known = byId.get(TokenText.idOf(token));
    var expected = known == null ? NO_HASH : known.getHash();
    // Also for an unknown id, so that time tells nothing of which ids exist.
    boolean same =
        MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.US_ASCII),
            TokenText.hash(token).getBytes(StandardCharsets.US_ASCII));
    if (known == null || !same || expired(known)) {
      return Optional.empty();
    }
    return Role.of(known.getRole()).map(role -> new Pass(known, role));
  }

  private boolean expired(StoredToken token) {
    return token.getExpiresAt() != 0 && token.getExpiresAt() <= clock.millis();
  }
}
