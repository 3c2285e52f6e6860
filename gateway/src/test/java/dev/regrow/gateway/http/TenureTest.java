package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.gateway.auth.Pass;
import dev.regrow.gateway.auth.TokenText;
import dev.regrow.gateway.auth.Tokens;
import dev.regrow.gateway.server.Answer;
import dev.regrow.gateway.server.ByteStream;
import dev.regrow.gateway.server.Dialogue;
import dev.regrow.v1.StoredToken;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TenureTest {

  private static final byte[] PART = {1};

  private final String shown = TokenText.random("ci");
  private final Tokens tokens = new Tokens(Clock.systemUTC());
  private final Pass pass;
  private final Said said = new Said();
  private final List<String> news = new ArrayList<>();

  TenureTest() {
    tokens.replaceAll(
        List.of(
            StoredToken.newBuilder()
                .setId("ci")
                .setRole("deploy")
                .setHash(TokenText.hash(shown))
                .build()));
    pass = tokens.passOf(shown).orElseThrow();
  }

  private Dialogue held() {
    var content = new Answer.Switched(said, true, Optional.empty());
    var answer = new Tenure(tokens).of(pass, Answer.of(101, content));
    return ((Answer.Switched) answer.content()).dialogue();
  }

  private void revoke() {
    tokens.replaceAll(List.of());
  }

  @Test
  void what_a_revoked_token_opened_is_closed_at_once_though_nobody_reads_it() {
    var dialogue = held();
    dialogue.start(() -> news.add("ready"));
    dialogue.take(PART, true, true);

    revoke();
    dialogue.take(PART, true, true);

    assertThat(said.happened).containsExactly("started", "taken", "closed");
    assertThat(news).containsExactly("ready");
    assertThat(dialogue.isCutOff()).isTrue();
    assertThat(dialogue.next()).isEqualTo(ByteStream.BROKEN);
  }

  @Test
  void what_a_token_opened_that_is_revoked_by_then_never_starts() {
    var dialogue = held();
    revoke();

    dialogue.start(() -> news.add("ready"));

    assertThat(said.happened).containsExactly("closed");
    assertThat(news).containsExactly("ready");
    assertThat(dialogue.isCutOff()).isTrue();
  }

  @Test
  void what_was_closed_is_not_closed_again_when_its_token_is_revoked() {
    var dialogue = held();
    dialogue.start(() -> news.add("ready"));
    dialogue.close();

    revoke();

    assertThat(said.happened).containsExactly("started", "closed");
    assertThat(news).isEmpty();
  }

  /** Says something for ever, and remembers what was done to it. */
  private static final class Said implements Dialogue {
    private final List<String> happened = new ArrayList<>();

    @Override
    public void start(Runnable ready) {
      happened.add("started");
    }

    @Override
    public Next next() {
      return new Bytes(PART);
    }

    @Override
    public void close() {
      happened.add("closed");
    }

    @Override
    public void take(byte[] part, boolean begins, boolean ends) {
      happened.add("taken");
    }

    @Override
    public boolean isFull() {
      return false;
    }
  }
}
