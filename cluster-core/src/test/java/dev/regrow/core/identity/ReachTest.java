package dev.regrow.core.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReachTest {

  /** As a node has them that joined by an address of its own: loopback is in all certificates. */
  private static final List<String> AWAY = List.of("10.0.0.5", "127.0.0.1", "localhost");

  private static final List<String> HERE = List.of("127.0.0.3", "127.0.0.1", "localhost");
  private static final List<String> IPV6 = List.of("fd00:0:0:0:0:0:0:5", "127.0.0.1", "localhost");

  @ParameterizedTest
  @ValueSource(strings = {"https://10.0.0.5:7400", "https://10.0.0.5:1"})
  void a_node_is_reached_by_TLS_where_its_certificate_says(String url) {
    assertThat(Reach.covers(AWAY, url)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:8080",
        "https://127.0.0.1:8080",
        "https://localhost:8080",
        "http://10.0.0.5:7400",
        "https://10.0.0.6:7400",
        "https://10.0.0.5",
        "https://10.0.0.5:99999",
        "https://10.0.0.5:7400/",
        "https://10.0.0.5:7400?x=1",
        "https://me@10.0.0.5:7400",
        "ftp://10.0.0.5:7400",
        "10.0.0.5:7400",
        "https://[::1]:7400",
        "https://evil.example:7400",
        "https://10.0.0.5:7400 ",
        "//10.0.0.5:7400",
        "no url",
      })
  void it_is_reached_nowhere_else_though_all_certificates_name_loopback(String url) {
    assertThat(Reach.covers(AWAY, url)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://127.0.0.3:7400", "http://127.0.0.1:7400", "https://localhost:7400"})
  void a_node_that_is_on_loopback_alone_may_speak_plain_HTTP_there(String url) {
    assertThat(Reach.covers(HERE, url)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.4:7400", "http://10.0.0.5:7400", "http://[::1]:7400"})
  void but_at_no_other_address(String url) {
    assertThat(Reach.covers(HERE, url)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://[fd00::5]:7400", "https://[fd00:0:0:0:0:0:0:5]:7400"})
  void an_address_is_the_same_however_it_is_written(String url) {
    assertThat(Reach.covers(IPV6, url)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://node5.example:7400", "https://NODE5.example:7400"})
  void names_count_as_they_are(String url) {
    assertThat(Reach.covers(List.of("node5.example", "127.0.0.1"), url)).isTrue();
    assertThat(Reach.covers(List.of("x:y", "999.0.0.1", "127.0.0.1"), url)).isFalse();
  }
}
