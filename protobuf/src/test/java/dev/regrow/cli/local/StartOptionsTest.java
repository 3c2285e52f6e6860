package dev.regrow.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.usage.Words;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartOptionsTest {

  @Test
  void without_any_a_node_is_told_nothing() throws Exception {
    assertThat(given().of(1)).isEmpty();
  }

  @Test
  void they_are_passed_on_as_the_node_spells_them_and_as_often_as_they_were_given()
      throws Exception {
    var options =
        given(
            "--host-paths",
            "/srv,/opt",
            "--label",
            "zone=a",
            "--label=disk=ssd",
            "--allow-faults",
            "all");

    assertThat(options.of(1))
        .isEqualTo(options.of(2))
        .isEqualTo(
            List.of(
                "--host-paths",
                "/srv,/opt",
                "--label",
                "zone=a",
                "--label",
                "disk=ssd",
                "--allow-faults",
                "all"));
  }

  @Test
  void each_node_of_the_machine_has_a_range_of_addresses_of_its_own() throws Exception {
    var options = given("--network-range", "10.90.248.0/22");

    assertThat(options.of(1)).containsExactly("--network-range", "10.90.248.0/22");
    assertThat(options.of(2)).containsExactly("--network-range", "10.90.252.0/22");
    assertThat(options.of(3)).containsExactly("--network-range", "10.91.0.0/22");
  }

  @Test
  void what_is_no_range_is_for_the_node_to_refuse() throws Exception {
    for (var text : List.of("10.90.0.0", "10.300.0.0/22", "10.90.0.0/33", "fd00::/64", "x")) {
      assertThat(given("--network-range", text).of(2)).containsExactly("--network-range", text);
    }
  }

  private static StartOptions given(String... words) throws Exception {
    var options = new StartOptions();
    Words.read(Usage.of("up", "Starts.").with(options::in), List.of(words));
    return options;
  }
}
