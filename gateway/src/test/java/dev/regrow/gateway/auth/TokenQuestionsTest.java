package dev.regrow.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.TokenCheck;
import dev.regrow.v1.StoredToken;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TokenQuestionsTest {

  private static final String GOOD = TokenText.random("good");

  /** The servers: know tokens, or do not answer. */
  private static final class Servers implements TokenCheck {
    private final Map<String, StoredToken> known = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private boolean silent;

    @Override
    public synchronized CompletionStage<Optional<StoredToken>> check(String id, String hash) {
      asked.add(id);
      return silent
          ? CompletableFuture.failedFuture(
              new StoreException(StoreException.Kind.NO_MAJORITY, "nobody is there"))
          : CompletableFuture.completedFuture(
              Optional.ofNullable(known.get(id)).filter(token -> token.getHash().equals(hash)));
    }
  }

  private final Servers servers = new Servers();
  private final AtomicLong nanos = new AtomicLong(TimeUnit.HOURS.toNanos(1));
  private final Tokens tokens = new Tokens(Clock.systemUTC());
  private final TokenQuestions questions;

  TokenQuestionsTest() {
    servers.known.put(
        "good",
        StoredToken.newBuilder()
            .setId("good")
            .setRole("read")
            .setHash(TokenText.hash(GOOD))
            .build());
    tokens.waitForStore();
    var timer = Executors.newSingleThreadScheduledExecutor();
    questions = TokenQuestions.start(servers, tokens, timer, nanos::get);
    timer.shutdownNow(); // The tests say when it asks again.
  }

  @AfterEach
  void end() {
    questions.close();
  }

  private Optional<Role> shown(String token) {
    assertThat(tokens.learn(token).toCompletableFuture()).isCompleted();
    return tokens.roleOf(token);
  }

  private void later() {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
    questions.again();
  }

  @Test
  void a_token_is_asked_about_when_it_is_shown_and_not_for_each_request() {
    assertThat(shown(GOOD)).contains(Role.READ);
    assertThat(shown(GOOD)).contains(Role.READ);

    assertThat(servers.asked).containsExactly("good");
    assertThat(shown(TokenText.random("bad"))).isEmpty();
    assertThat(tokens.isWaiting()).isFalse();
    assertThat(tokens.all()).hasSize(1);
  }

  @Test
  void a_revoked_one_is_refused_and_what_it_opened_is_ended() {
    assertThat(shown(GOOD)).contains(Role.READ);
    var ended = new AtomicInteger();
    tokens.onEnd(tokens.passOf(GOOD).orElseThrow(), ended::incrementAndGet);

    servers.known.clear();
    later();

    assertThat(ended).hasValue(1);
    assertThat(tokens.roleOf(GOOD)).isEmpty();
  }

  @Test
  void while_nobody_answers_what_was_good_stays_so_and_of_others_it_is_not_known() {
    assertThat(shown(GOOD)).contains(Role.READ);

    servers.silent = true;
    later();

    assertThat(shown(GOOD)).contains(Role.READ);
    assertThat(shown(TokenText.random("other"))).isEmpty();
    assertThat(tokens.isWaiting()).isTrue();
  }

  @Test
  void who_guesses_at_a_good_ones_id_ends_nothing() {
    assertThat(shown(GOOD)).contains(Role.READ);

    assertThat(shown(TokenText.random("good"))).isEmpty();

    assertThat(tokens.roleOf(GOOD)).contains(Role.READ);
  }
}
