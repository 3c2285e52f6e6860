package dev.regrow.runtime.image.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.image.testing.FakeRegistry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Whose token service is asked. */
final class TokensTest {

  private final Tokens tokens =
      new Tokens(new RegistryHttp(Duration.ofSeconds(10), LeastRate.USUAL, null));

  @Test
  void a_registry_elsewhere_cannot_name_a_token_service_on_this_machine() throws IOException {
    try (var service = new FakeRegistry()) {
      var challenge =
          Challenge.parse("Bearer realm=\"http://%s/token\"".formatted(service.address()));
      var me = new Credentials("me", "s3cr3t");

      assertThatThrownBy(
              () ->
                  tokens.answer(
                      URI.create("https://reg.example/v2/a/manifests/1"),
                      "reg.example/a",
                      "a",
                      challenge,
                      me))
          .hasMessageContaining("reg.example/a names a token service that is not asked")
          .hasMessageContaining("it is on this machine, and reg.example is not");
      assertThat(service.seen).isEmpty();

      assertThat(
              tokens.answer(
                  URI.create("http://127.0.0.1:1/v2/a/manifests/1"),
                  "127.0.0.1:1/a",
                  "a",
                  challenge,
                  me))
          .isEqualTo("Bearer t0k3n");
    }
  }
}
