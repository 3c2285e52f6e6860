package dev.regrow.gateway.auth;

import dev.regrow.core.store.TokenCheck;
import dev.regrow.v1.StoredToken;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For a node that may not read the cluster's tokens: asks a server about each one that is shown, by
 * its hash, and again every second for as long as it is in use, so that a revoked one is refused
 * here as soon as elsewhere. While no server answers, what was good stays good.
 */
public final class TokenQuestions implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TokenQuestions.class);

  private static final Duration FRESH = Duration.ofSeconds(1);

  /** A stream that a token opened may be the only one that still uses it. */
  private static final Duration IN_USE = Duration.ofHours(1);

  /** When a good token was last shown, and when it was last asked about, in nanoseconds. */
  private record Seen(String hash, long shownNanos, long askedNanos) {}

  private final TokenCheck check;
  private final Tokens tokens;
  private final ScheduledExecutorService timer;
  private final LongSupplier nanos;
  private final Map<String, Seen> good = new ConcurrentHashMap<>();

  private TokenQuestions(
      TokenCheck check, Tokens tokens, ScheduledExecutorService timer, LongSupplier nanos) {
    this.check = check;
    this.tokens = tokens;
    this.timer = timer;
    this.nanos = nanos;
  }

  /**
   * Begins.
   *
   * @param timer shut down when this is closed
   * @param nanos as System.nanoTime
   */
  public static TokenQuestions start(
      TokenCheck check, Tokens tokens, ScheduledExecutorService timer, LongSupplier nanos) {
    var questions = new TokenQuestions(check, tokens, timer, nanos);
    tokens.askAbout(questions::about);
    var unused =
        timer.scheduleWithFixedDelay(
            questions::again, FRESH.toMillis(), FRESH.toMillis(), TimeUnit.MILLISECONDS);
    return questions;
  }

  private CompletionStage<Void> about(String token) {
    String id = TokenText.idOf(token);
    String hash = TokenText.hash(token);
    long now = nanos.getAsLong();
    Seen seen = good.get(id);
    if (seen != null && seen.hash().equals(hash) && now - seen.askedNanos() < FRESH.toNanos()) {
      good.put(id, new Seen(hash, now, seen.askedNanos()));
      return CompletableFuture.completedFuture(null);
    }
    return id.isEmpty() ? CompletableFuture.completedFuture(null) : ask(id, hash, now);
  }

  /** Of those that are in use. */
  void again() {
    long now = nanos.getAsLong();
    good.forEach(
        (id, seen) -> {
          if (now - seen.shownNanos() > IN_USE.toNanos() && good.remove(id, seen)) {
            tokens.told(id, Optional.empty());
          } else {
            ask(id, seen.hash(), seen.shownNanos());
          }
        });
  }

  private CompletionStage<Void> ask(String id, String hash, long shownNanos) {
    return check
        .check(id, hash)
        .handle(
            (found, failure) -> {
              if (failure == null) {
                answered(id, hash, shownNanos, found);
              } else {
                LOG.debug("nobody says whether the token {} is good: {}", id, failure.getMessage());
                tokens.untold();
              }
              return null;
            });
  }

  private void answered(String id, String hash, long shownNanos, Optional<StoredToken> found) {
    if (found.isPresent()) {
      good.put(id, new Seen(hash, shownNanos, nanos.getAsLong()));
      tokens.told(id, found);
      return;
    }
    Seen seen = good.get(id);
    if (seen == null || seen.hash().equals(hash)) { // Else somebody guesses at a good one's id.
      good.remove(id);
      tokens.told(id, Optional.empty());
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
