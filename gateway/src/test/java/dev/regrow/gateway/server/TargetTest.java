package dev.regrow.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.gateway.server.Target.Parameter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetTest {

  @Test
  void a_path_is_kept_as_it_came_and_its_segments_are_decoded() {
    var target = Target.of("/v1/a%2Fb//c+d/%C3%A9/");

    assertThat(target.path()).isEqualTo("/v1/a%2Fb//c+d/%C3%A9/");
    assertThat(target.segments()).containsExactly("v1", "a/b", "c+d", "é");
    assertThat(target.query()).isEmpty();
  }

  @Test
  void a_query_keeps_its_order_and_what_is_given_twice() {
    assertThat(Target.of("/?b=1&a&b=x+y%26z&&c=").query())
        .containsExactly(
            new Parameter("b", "1"),
            new Parameter("a", ""),
            new Parameter("b", "x y&z"),
            new Parameter("c", ""));
  }

  @Test
  void a_whole_URL_is_understood_as_its_path() {
    assertThat(Target.of("http://host:1/v1/nodes?limit=1"))
        .isEqualTo(Target.of("/v1/nodes?limit=1"));
    assertThat(Target.of("https://host").path()).isEqualTo("/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v1",
        "*",
        "host:443",
        "ftp://x/",
        "/%",
        "/%2",
        "/%zz",
        "/%ff",
        "/a b",
        "/é",
        "/<",
        "/#x",
        "/?a=%zz",
        "/?a=%e2%82",
        "/?\u0000",
        "/\u007f"
      })
  void what_is_no_URI_is_refused(String text) {
    assertThatThrownBy(() -> Target.of(text))
        .isInstanceOfSatisfying(
            Unreadable.class, refused -> assertThat(refused.status()).isEqualTo(400));
  }

  @Property
  void whatever_comes_is_read_or_refused(@ForAll String text) {
    try {
      assertThat(Target.of("/" + text).path()).startsWith("/");
    } catch (Unreadable refused) {
      assertThat(refused.status()).isEqualTo(400);
    }
  }

  @Property
  void what_is_written_by_the_rules_is_read_as_it_was(@ForAll String name, @ForAll String value) {
    var written = URLEncoder.encode(value, StandardCharsets.UTF_8);
    var key = "k" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    // What Java's Strings hold beyond Unicode is written as "?".
    var expected = new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    var expectedName = new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);

    assertThat(Target.of("/x?" + key + "=" + written).query())
        .containsExactly(new Parameter("k" + expectedName, expected));
  }
}
