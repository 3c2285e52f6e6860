package dev.regrow.runtime.image.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who leads a node where. */
final class HostsTest {

  private static final URI WORLD = URI.create("https://reg.example/v2/web/manifests/1");
  private static final URI HERE = URI.create("http://127.0.0.1:5000/v2/web/manifests/1");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:9200/_all",
        "https://127.0.0.1:9200/_all",
        "http://localhost:9200/",
        "https://localhost/",
        "https://LocalHost./",
        "https://a.localhost/",
        "https://127.8.9.1/",
        "https://0.0.0.0:7400/",
        "http://[::1]:9200/",
        "https://[::]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
      })
  void nobody_leads_to_this_machine_but_who_is_on_it(String here) {
    assertThat(Hosts.objection(URI.create(here), WORLD))
        .hasValueSatisfying(why -> assertThat(why).contains("reg.example is not"));
    assertThat(Hosts.objection(URI.create(here), HERE)).isEmpty();
  }

  @Test
  void a_registry_on_this_machine_may_have_its_tokens_and_blobs_behind_other_ports_of_it() {
    assertThat(Hosts.objection(URI.create("http://127.0.0.1:5001/token"), HERE)).isEmpty();
    assertThat(Hosts.objection(URI.create("http://localhost:9000/blobs"), HERE)).isEmpty();
    assertThat(Hosts.objection(URI.create("https://auth.example/token"), HERE)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://reg.example/",
        "http://10.0.0.1/",
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "http://a.localhost/",
        "ftp://reg.example/",
        "file:///etc/passwd",
        "https:reg.example",
      })
  void elsewhere_nobody_is_asked_without_TLS(String there) {
    assertThat(Hosts.objection(URI.create(there), WORLD)).isPresent();
    assertThat(Hosts.objection(URI.create(there), HERE)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://cdn.example/blob", "https://127.0.0.1.evil.example/"})
  void who_speaks_TLS_is_asked(String there) {
    assertThat(Hosts.objection(URI.create(there), WORLD)).isEmpty();
  }
}
