package dev.regrow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.core.identity.NodeIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwnPlaceTest {

  private static final Optional<String> FAR = Optional.of("10.0.0.1:7400");
  private static final Optional<String> NEAR = Optional.of("127.0.0.1:7400");

  /** A machine whose way to all others begins at 10.0.0.9. */
  private record Made(String hostName, Map<Path, Before> known) implements Surroundings {

    @Override
    public String addressTowards(String host) {
      assertThat(host).isEqualTo("10.0.0.1");
      return "10.0.0.9";
    }

    @Override
    public Before before(Path data) {
      return known.getOrDefault(data, new Before(Optional.empty(), Optional.empty()));
    }
  }

  private final Map<Path, Surroundings.Before> known = new HashMap<>();
  private final Made machine = new Made("web7.example.org", known);

  @Test
  void a_machine_that_joins_with_address_and_token_alone_is_called_and_reached_as_it_is() {
    assertThat(OwnPlace.of(Map.of(), FAR, machine))
        .isEqualTo(new OwnPlace("web7", Path.of("/var/lib/regrow/web7"), "10.0.0.9"));
  }

  @Test
  void the_first_node_is_n1_on_loopback() {
    assertThat(OwnPlace.of(Map.of(), Optional.empty(), machine))
        .isEqualTo(new OwnPlace("n1", Path.of("/var/lib/regrow/n1"), "127.0.0.1"));
  }

  @Test
  void what_is_told_counts() {
    var told = Map.of("name", "n4", "data", "/srv/x", "bind", "10.0.0.8");

    assertThat(OwnPlace.of(told, FAR, machine))
        .isEqualTo(new OwnPlace("n4", Path.of("/srv/x"), "10.0.0.8"));
    assertThat(OwnPlace.of(Map.of("name", "n4"), NEAR, machine).bind()).isEqualTo("127.0.0.1");
  }

  @Test
  void later_it_is_what_it_was_though_its_machine_is_called_otherwise_and_nobody_can_be_asked() {
    known.put(
        Path.of("/srv/x"), new Surroundings.Before(Optional.of("web6"), Optional.of("10.0.0.7")));
    var told = Map.of("data", "/srv/x");

    for (var join : java.util.List.of(FAR, Optional.<String>empty())) {
      assertThat(OwnPlace.of(told, join, machine))
          .isEqualTo(new OwnPlace("web6", Path.of("/srv/x"), "10.0.0.7"));
    }
  }

  @Test
  void a_node_on_loopback_cannot_be_of_a_cluster_of_other_machines() {
    assertThatThrownBy(() -> OwnPlace.of(Map.of("bind", "127.0.0.1"), FAR, machine))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("--bind 127.0.0.1 is reached from this machine alone")
        .hasMessageContaining("leave it out");
  }

  @Test
  void one_that_joins_on_its_own_machine_is_told_to_have_a_name() {
    assertThatThrownBy(() -> OwnPlace.of(Map.of(), NEAR, machine))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("--name");
  }

  @ParameterizedTest
  @CsvSource({"Web_7.example,web-7", "-a-.b,a", "A,a", "db01,db01"})
  void a_hosts_name_is_made_a_nodes(String host, String name) {
    assertThat(OwnPlace.of(Map.of(), FAR, new Made(host, known)).name()).isEqualTo(name);
    assertThat(OwnPlace.of(Map.of(), FAR, new Made("a".repeat(62) + "-b", known)).name())
        .isEqualTo("a".repeat(62));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "localhost", "localhost.localdomain", "---", "..."})
  void a_machine_that_is_called_as_all_are_must_be_told_a_name(String host) {
    assertThatThrownBy(() -> OwnPlace.of(Map.of(), FAR, new Made(host, known)))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("'" + host + "'")
        .hasMessageContaining("--name");
  }

  @Test
  void a_machine_knows_its_address_on_the_way_to_another_and_where_there_is_none_says_so() {
    var here = Surroundings.ofMachine();

    assertThat(here.addressTowards("127.0.0.1")).isEqualTo("127.0.0.1");
    assertThatThrownBy(() -> here.addressTowards("no.such.host.invalid"))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("--join no.such.host.invalid")
        .hasMessageContaining("--bind");
  }

  @Test
  void a_node_remembers_its_name_and_its_certificate_its_address(@TempDir Path data)
      throws IOException {
    var here = Surroundings.ofMachine();
    assertThat(here.before(data))
        .isEqualTo(new Surroundings.Before(Optional.empty(), Optional.empty()));

    Surroundings.remember(data, "n7");
    NodeIdentity.openOrBootstrap(data.resolve("identity"), "127.0.0.3", Clock.systemUTC());

    assertThat(here.before(data))
        .isEqualTo(new Surroundings.Before(Optional.of("n7"), Optional.of("127.0.0.3")));
  }
}
