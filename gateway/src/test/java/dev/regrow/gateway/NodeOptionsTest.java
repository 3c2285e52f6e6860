package dev.regrow.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeOptionsTest {

  @ParameterizedTest
  @ValueSource(strings = {"1s", "90s", "2m", "24h", "1d"})
  void a_node_may_be_away_for_a_second_to_a_day(String away) {
    assertThat(NodeOptions.of(Map.of("away", away)).name()).isEqualTo("n1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "", "2", "-1m", "25h", "2d", "999999d", "1m30s", "forever"})
  void another_time_away_is_refused_with_what_to_write(String away) {
    assertThatThrownBy(() -> NodeOptions.of(Map.of("away", away)))
        .hasMessageContaining("--away " + away + " is not 1s to 1d");
  }

  @Test
  void what_the_options_mean_is_in_the_help() {
    assertThat(NodeOptions.HELP).contains("--away D", "no elsewhere");
  }

  @Test
  void labels_can_be_given_several_times_and_are_judged() {
    var options =
        NodeOptions.of(
            CommandLine.parse(NodeOptions.known(), "--label", "zone=a", "--label=disk=ssd"));

    assertThat(options.labels()).containsOnly(Map.entry("zone", "a"), Map.entry("disk", "ssd"));
    for (var wrong : List.of("zone", "=a", "zone=two words", "node=n1")) {
      assertThatThrownBy(() -> NodeOptions.of(Map.of("label", wrong)))
          .as(wrong)
          .isInstanceOf(StartFailure.class);
    }
  }
}
