package dev.regrow.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.Instance;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TroublesTest {

  @Test
  void one_is_named_with_its_reason() {
    assertThat(Troubles.words(List.of())).isEmpty();
    assertThat(Troubles.words(of("node n3 lacks 200 MiB", 2, 3)))
        .isEqualTo("; web-2: node n3 lacks 200 MiB");
  }

  @Test
  void several_that_share_a_reason_are_told_together() {
    assertThat(Troubles.words(of("node n1 lacks 256 pids", 0, 3)))
        .isEqualTo("; web-0, web-1, web-2: node n1 lacks 256 pids");
    assertThat(Troubles.words(of("node n1 lacks 256 pids", 112, 450)))
        .isEqualTo("; web-112, web-113 and 336 more: node n1 lacks 256 pids");
  }

  @Test
  void each_reason_is_told_and_of_very_many_the_first_ones() {
    var two = Stream.concat(of("a", 0, 1).stream(), of("b", 1, 2).stream()).toList();
    assertThat(Troubles.words(two)).isEqualTo("; web-0: a; web-1: b");

    var many = IntStream.range(0, 9).mapToObj(i -> of("reason " + i, i, i + 1).get(0)).toList();
    assertThat(Troubles.words(many))
        .startsWith("; web-0: reason 0; ")
        .endsWith("; web-4: reason 4; and 4 more, for other reasons");
  }

  private static List<Instance> of(String message, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> Instance.newBuilder().setId("web-" + i).setMessage(message).build())
        .toList();
  }
}
