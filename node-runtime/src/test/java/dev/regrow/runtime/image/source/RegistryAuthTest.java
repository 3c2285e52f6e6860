package dev.regrow.runtime.image.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.image.ImageReference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a registry is shown of a secret. */
final class RegistryAuthTest {

  private static final Credentials ME = new Credentials("me", "s3:cr3t");

  @Test
  void a_user_and_a_password_are_shown_to_the_registry_of_the_image() {
    assertThat(shown("oci:reg.example/web:1", "username", "me", "password", "s3:cr3t"))
        .contains(ME);
    assertThat(shown("layout:/srv/web", "username", "me", "password", "s3:cr3t")).isEmpty();
  }

  @Test
  void a_user_and_a_password_that_name_their_registry_are_shown_to_no_other() {
    var secret =
        new String[] {"username", "me", "password", "s3:cr3t", "registry", "reg.example:5000\n"};

    assertThat(shown("oci:reg.example:5000/web:1", secret)).contains(ME);
    for (var other : List.of("evil.example", "reg.example", "reg.example:5001")) {
      assertThatThrownBy(() -> shown("oci:" + other + "/web:1", secret))
          .hasMessageContaining("another registry than " + other + ":")
          .hasMessageNotContaining("s3:cr3t")
          .hasMessageNotContaining("5000");
    }
  }

  @Test
  void a_file_of_docker_login_is_shown_to_those_registries_that_are_in_it() {
    var file = "{\"auths\":{\"https://reg.example:5000/v2/\":{\"auth\":\"bWU6czM6Y3IzdA==\"}}}";

    assertThat(shown("oci:reg.example:5000/web:1", ".dockerconfigjson", file)).contains(ME);
    assertThat(shown("oci:reg.example:5000/web:1", "config.json", file)).contains(ME);
    assertThat(shown("oci:reg.example/web:1", ".dockerconfigjson", file)).isEmpty();
  }

  @Test
  void the_hub_is_known_by_its_old_name_and_a_pair_may_be_written_plainly() {
    var file =
        "{\"auths\":{\"https://index.docker.io/v1/\":{\"username\":\"me\",\"password\":\"s3:cr3t\"}}}";

    assertThat(shown("oci:docker.io/shop/web:1", ".dockerconfigjson", file)).contains(ME);
  }

  @Test
  void what_cannot_be_shown_is_refused_without_a_word_of_it() {
    assertThatThrownBy(() -> shown("oci:reg.example/web:1", "token", "s3:cr3t"))
        .hasMessageContaining("username and password")
        .hasMessageNotContaining("s3:cr3t");
    assertThatThrownBy(() -> shown("oci:reg.example/web:1", ".dockerconfigjson", "s3:cr3t"))
        .hasMessageContaining(".dockerconfigjson")
        .hasMessageNotContaining("s3:cr3t")
        .hasNoCause();
  }

  private static Optional<Credentials> shown(String image, String... pairs) {
    var values = new java.util.HashMap<String, byte[]>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put(pairs[i], pairs[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    return RegistryAuth.of(Map.copyOf(values), ImageReference.parse(image));
  }
}
