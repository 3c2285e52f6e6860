package dev.regrow.chaos.game;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Plan.Planned;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import dev.regrow.schema.Violation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ScenarioFileTest {

  private static final String WHOLE =
      """
      name: web-survives
      description: A node dies under load.
      cluster: {own: {nodes: 3}}
      apply: [web.yaml]
      steady: 3s
      hypotheses:
        - {name: web, http: "http://any:8080/", every: 50ms, within: 200ms, percent: 99.9, maxGap: 2s, abort: true}
        - {tcp: "any:6379"}
        - {exec: [/bin/true], every: 1s}
        - {ready: web, atLeast: 2}
        - {converges: 15s}
      faults:
        - {at: 5s, kind: machine-death, on: leader, for: 20s}
        - {at: 30s, kind: instance-kill, on: web-0, times: 3, every: 4s}
      changes:
        - {at: 8s, restart: web}
        - {at: 9s, scale: web, replicas: 4}
      limits: {time: 3m, blastRadius: 1 node, allow: [machine-death, instance-kill]}
      """;

  private static ScenarioFile.Read read(String text) {
    return ScenarioFile.read(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> wrong(String text) {
    return read(text).wrong().stream().map(Violation::toString).toList();
  }

  static List<String> ready() {
    return Source.READY;
  }

  @Test
  void the_guide_has_a_manifest_and_a_scenario_that_are_read_and_every_kind() throws IOException {
    var guide = Files.readString(Path.of("../docs/chaos.md"));
    var examples =
        Pattern.compile("(?s)```yaml\n(.*?)```")
            .matcher(guide)
            .results()
            .map(each -> each.group(1))
            .toList();
    var manifest = examples.get(0).getBytes(StandardCharsets.UTF_8);

    assertThat(Schema.parseManifests(manifest, Syntax.YAML, Map.of()))
        .hasSize(2)
        .allMatch(each -> each.ok());
    assertThat(wrong(examples.get(1))).isEmpty();
    assertThat(NodeFaults.KINDS.keySet())
        .allMatch(kind -> guide.contains("\n| `" + kind.text() + "` |"));
  }

  @Test
  void a_whole_scenario_is_read() {
    var scenario = read(WHOLE).scenario().orElseThrow();

    assertThat(scenario.cluster()).isEqualTo(new Scenario.Own(3));
    assertThat(scenario.steady()).isEqualTo(Duration.ofSeconds(3));
    assertThat(scenario.hypotheses().stream().map(Hypothesis::claim))
        .containsExactly(
            "web answers 99.9 % of requests within 200ms, without a gap over 2s",
            "any:6379 answers 100 % of requests within 1s",
            "/bin/true answers 100 % of requests within 1s",
            "at least 2 of web are ready",
            "all is as declared within 15s after the last fault");
    assertThat(scenario.faults().stream().map(Planned::at).map(Duration::toSeconds))
        .containsExactly(5L, 30L, 34L, 38L);
    assertThat(scenario.faults().get(0).fault())
        .isEqualTo(Fault.of(FaultKind.MACHINE_DEATH, Duration.ofSeconds(20), "leader"));
    assertThat(scenario.lastsUntil()).isEqualTo(Duration.ofSeconds(38));
    assertThat(scenario.limits().blastRadius()).isEqualTo(BlastRadius.parse("1 node"));
  }

  @Test
  void a_fault_may_be_aimed_at_the_node_of_a_slot() {
    var scenario = read(WHOLE.replace("on: leader", "on: node-of web-0")).scenario().orElseThrow();

    assertThat(scenario.faults().get(0).fault().on()).containsExactly("node-of web-0");
  }

  @ParameterizedTest
  @MethodSource("ready")
  void every_ready_scenario_can_be_read_and_all_that_it_applies(String name) {
    var source = Source.of(name);
    var read = ScenarioFile.read(source.text());

    assertThat(read.wrong()).isEmpty();
    var scenario = read.scenario().orElseThrow();
    assertThat(scenario.name()).isEqualTo(name);
    assertThat(scenario.description()).isNotEmpty();
    assertThat(Manifests.read(source, scenario.apply(), "default")).isNotEmpty();
  }

  @Test
  void an_attached_cluster_has_a_small_blast_radius_unless_it_is_said() {
    var text =
        """
        name: a
        cluster: attached
        hypotheses: [{ready: web}]
        """;

    assertThat(read(text).scenario().orElseThrow().limits().blastRadius())
        .isEqualTo(BlastRadius.parse("1 node"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "percent: 99.9 | percnt: 99.9 | 7:71: hypotheses[0].percnt: is not a known field; did you mean \"percent\"?",
        "within: 200ms | within: 200 | 7:56: hypotheses[0].within: \"200\" is not a duration; write it as 500ms, 30s, 2m or 1h30m",
        "percent: 99.9 | percent: 101 | 7:71: hypotheses[0].percent: 101 is refused; write a number of 0 to 100",
        "ready: web, | redy: web, | 10:5: hypotheses[3]: does not say what is claimed; write one of http, tcp, exec, ready, converges",
        "http://any:8080/ | any | 7:17: hypotheses[0].http: \"any\" is no URL; write one as http://any:8080/health",
        "any:6379 | any | 8:6: hypotheses[1].tcp: \"any\" is no address; write one as any:6379",
        "blastRadius: 1 node | blastRadius: some | 18:20: limits.blastRadius: \"some\" is no amount; write 1 node, 2 nodes, 3 instances or 30% of instances",
        "[machine-death, instance-kill] | [machine-deth, instance-kill] | 18:41: limits.allow: \"machine-deth\" is unknown; did you mean \"machine-death\"?",
        "[machine-death, instance-kill] | [machine-death] | 18:41: limits.allow: instance-kill is among the faults, and not allowed; add it or drop it",
        "cluster: {own: {nodes: 3}} | cluster: {own: {nodes: 30}} | 3:17: cluster.own.nodes: 30 is refused; write a number of 1 to 7",
        "cluster: {own: {nodes: 3}} | cluster: mine | 3:1: cluster: \"mine\" is no cluster; write attached, or {own: {nodes: 3}}",
        "at: 5s, | when: 5s, | 13:5: faults[0].at: is missing; write when it begins, as 5s",
        "name: web-survives | name: Web | 1:1: name: is no name; write 1 to 63 of a-z, 0-9 and -",
        "time: 3m | time: 9h | 18:10: limits.time: 9h is out of range; write 5s to 4h",
        "steady: 3s | stedy: 3s | 5:1: stedy: is not a known field; did you mean \"steady\"?",
      })
  void what_is_wrong_is_told_with_its_line_and_what_to_write(
      String right, String written, String told) {
    assertThat(wrong(WHOLE.replace(right, written))).contains(told);
  }

  @Test
  void a_fault_that_is_none_is_told_with_its_line() {
    assertThat(wrong(WHOLE.replace("kind: machine-death", "kind: machine-deth")))
        .anyMatch(
            each -> each.startsWith("13:14: faults[0].kind: machine-deth is no kind of fault"));
    assertThat(wrong(WHOLE.replace("for: 20s", "for: 20")))
        .anyMatch(each -> each.startsWith("13:47: faults[0].for: "));
    assertThat(wrong(WHOLE.replace("on: leader", "on: node-of web")))
        .containsExactly("13:35: faults[0].on: \"node-of web\" names no slot; write node-of web-0");
    assertThat(wrong(WHOLE.replace("on: web-0,", "on: node-of web-0,")))
        .containsExactly(
            "14:36: faults[1].on: instance-kill strikes instances, not their nodes; write the slot"
                + " alone, as web-0");
  }

  @Test
  void two_claims_that_are_one_are_refused() {
    var text = "name: a\ncluster: attached\nhypotheses: [{ready: web}, {ready: web}]\n";

    assertThat(wrong(text)).anyMatch(each -> each.contains("twice"));
  }

  @Test
  void what_is_missing_is_told() {
    assertThat(wrong("description: x\n"))
        .contains(
            "1:1: name: is missing; write a name of a-z, 0-9 and -",
            "1:1: cluster: is missing; write attached, or {own: {nodes: 3}}",
            "1:1: hypotheses: is missing; write what is to hold, as - ready: web");
  }

  @Property
  void no_text_makes_it_fail(@ForAll long seed) {
    var random = new Random(seed);
    var text = new StringBuilder(WHOLE);
    for (int i = 0; i < 3; i++) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(3)) {
        case 0 -> text.deleteCharAt(at);
        case 1 -> text.insert(at, "{}[]:,-x9 \n".charAt(random.nextInt(11)));
        default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 20)));
      }
    }

    var read = read(text.toString());

    assertThat(read.scenario().isPresent()).isEqualTo(read.wrong().isEmpty());
  }

  @Test
  void amounts_are_read_and_written() {
    for (String text : List.of("1 node", "2 nodes", "3 instances", "30% of instances")) {
      assertThat(BlastRadius.parse(text)).map(BlastRadius::toString).isEqualTo(Optional.of(text));
    }
    assertThat(BlastRadius.parse("30 % of instances"))
        .isEqualTo(BlastRadius.parse("30% of instances"));
    assertThat(BlastRadius.parse("101% of nodes")).isEmpty();
  }
}
