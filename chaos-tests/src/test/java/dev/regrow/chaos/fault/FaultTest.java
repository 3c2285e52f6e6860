package dev.regrow.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.regrow.chaos.fault.FaultException.Mistake;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class FaultTest {

  @Property
  void what_is_written_is_read_back(@ForAll FaultKind kind, @ForAll long seed) {
    var random = new Random(seed);
    var settings = new TreeMap<String, Long>();
    for (Setting each : kind.settings()) {
      settings.put(each.name(), random.nextLong(each.least(), each.most() + 1));
    }
    var fault =
        new Fault(
            kind,
            kind.aim() == Aim.CLUSTER ? List.of() : names(random, 1),
            kind.aim() == Aim.LINKS ? names(random, 0) : List.of(),
            Duration.ofMillis(kind.lasting() ? random.nextInt(1, 86_400_000) : 0),
            settings);

    assertThat(Fault.parse(fault.fields())).isEqualTo(fault);
  }

  private static List<String> names(Random random, int least) {
    return random.ints(random.nextInt(least, 4), 1, 9).mapToObj(i -> "n" + i).toList();
  }

  @Test
  void the_texts_of_kinds_are_those_that_scenarios_were_written_with() {
    assertThat(Arrays.stream(FaultKind.values()).map(FaultKind::text))
        .contains("machine-death", "jvm-kill", "instance-oom", "partition-one-way", "link-delay")
        .contains("clock-drift", "disk-read-only", "log-bit-flipped", "api-flood", "server-wiped");
  }

  @Test
  void what_is_left_out_is_as_usual() {
    var fault = Fault.parse(Map.of("kind", "link-loss"));

    assertThat(fault).hasToString("{kind: link-loss, on: any, share: 5%, for: 10s}");
  }

  @Test
  void what_strikes_nodes_may_be_aimed_at_the_node_of_a_slot() {
    var fault = Fault.parse(Map.of("kind", "jvm-stop", "on", "node-of web-0"));

    assertThat(fault).hasToString("{kind: jvm-stop, on: node-of web-0, for: 10s}");
    assertThat(mistakes(Map.of("kind", "jvm-stop", "on", "node-of web")))
        .extracting(Mistake::message)
        .containsExactly("\"node-of web\" names no slot; write node-of web-0");
    assertThat(mistakes(Map.of("kind", "jvm-stop", "on", "node-of")))
        .extracting(Mistake::message)
        .containsExactly("\"node-of\" names no slot; write node-of web-0");
    assertThat(mistakes(Map.of("kind", "instance-kill", "on", "node-of web-0")))
        .extracting(Mistake::message)
        .containsExactly(
            "instance-kill strikes instances, not their nodes; write the slot alone, as web-0");
  }

  @Test
  void numbers_are_written_with_their_unit() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("kind", "link-reorder");
    fields.put("on", List.of("n1", "n2"));
    fields.put("to", "n3");
    fields.put("share", "20%");
    fields.put("delay", "1.5s");
    fields.put("for", "1m30s");

    var fault = Fault.parse(fields);

    assertThat(fault.setting("delay")).isEqualTo(1500);
    assertThat(fault.lasts()).isEqualTo(Duration.ofSeconds(90));
    assertThat(fault)
        .hasToString(
            "{kind: link-reorder, on: [n1, n2], to: n3, share: 20%, delay: 1s500ms, for: 1m30s}");
  }

  @Test
  void every_mistake_names_its_field_and_what_to_write() {
    var mistakes =
        mistakes(
            Map.of(
                "kind", "link-delay",
                "on", "n 1",
                "too", "n2",
                "delay", "5",
                "for", "2d"));

    assertThat(mistakes)
        .extracting(Mistake::field)
        .containsExactlyInAnyOrder("on", "too", "delay", "for");
    assertThat(mistakes).allMatch(each -> each.message().contains("; write "));
  }

  @Test
  void an_unknown_kind_is_told_all_that_there_are() {
    assertThat(mistakes(Map.of("kind", "machine-deth")).get(0).message())
        .startsWith("machine-deth is no kind of fault")
        .contains("machine-death", "partition-ring");
    assertThat(mistakes(Map.of("on", "n1")).get(0).message()).startsWith("is missing");
  }

  @Test
  void what_is_over_at_once_lasts_no_time_and_the_cluster_is_not_named() {
    assertThat(mistakes(Map.of("kind", "instance-kill", "for", "1s")))
        .extracting(Mistake::field)
        .contains("for");
    assertThat(mistakes(Map.of("kind", "partition-ring", "on", "n1")))
        .extracting(Mistake::field)
        .contains("on");
    assertThat(mistakes(Map.of("kind", "link-loss", "share", "101%")))
        .containsExactly(new Mistake("share", "101% is out of range; write 0% to 100%"));
  }

  private static List<Mistake> mistakes(Map<String, Object> fields) {
    return catchThrowableOfType(FaultException.class, () -> Fault.parse(fields)).mistakes();
  }
}
