package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.Kind;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Network;
import dev.regrow.v1.Relaxation;
import dev.regrow.v1.Workload;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
  private static final String WEB =
      """
      kind: Service
      name: web
      labels: {team: shop}
      replicas: 3
      instance:
        image: dir:/srv/rootfs
        command: [/bin/web, --port, "8080"]
        env: {MODE: prod}
        user: "1000:1000"
        workdir: /srv
        resources: {cpu: 500m, memory: 128Mi, pids: 256, cpuLimit: "2", memoryLimit: 256Mi}
        ports: [{name: http, port: 8080, protocol: tcp}]
        network: none
        volumes: [{host: /srv/www, at: /www, readOnly: true}, {tmpfs: 64Mi, at: /cache}]
        stop: {signal: TERM, grace: 10s}
        security: {readOnlyRoot: true}
      restart: {policy: always, backoff: {initial: 0s, base: 100ms, max: 30s, factor: 2, resetAfter: 1m}}
      placement: {require: [{label: disk, in: [ssd]}], prefer: [{label: zone, in: [a], weight: 10}], spread: [{by: node}], policy: spread}
      update: {surge: 1, unavailable: 0, minReady: 0s, progressDeadline: 2m, autoRevert: true}
      disconnect: {lostAfter: 0s, reconcile: keep-replacement}
      exclusive: false
      """;

  @Test
  void the_manifest_of_the_contract_is_read() {
    Workload web = parse(WEB).orThrow();

    assertThat(web.getKind()).isEqualTo(Kind.SERVICE);
    assertThat(web.getReplicas()).isEqualTo(3);
    assertThat(web.getInstance().getCommandList()).containsExactly("/bin/web", "--port", "8080");
    assertThat(web.getInstance().getNetwork()).isEqualTo(Network.NONE);
    assertThat(web.getInstance().getResources().getCpu()).isEqualTo(500);
    assertThat(web.getInstance().getResources().getCpuLimit()).isEqualTo(2000);
    assertThat(web.getInstance().getResources().getMemory()).isEqualTo(128 << 20);
    assertThat(web.getInstance().getVolumes(0).getReadOnly()).isTrue();
    assertThat(web.getInstance().getVolumes(1).getTmpfs()).isEqualTo(64 << 20);
    assertThat(web.getRestart().getBackoff().getResetAfter()).isEqualTo(60_000);
    assertThat(web.getUpdate().getAutoRevert()).isTrue();
  }

  @Test
  void what_get_prints_can_be_applied() {
    Workload web = Schema.withDefaults(parse(WEB).orThrow());
    Workload observed = web.toBuilder().setUid("u1").setRevision(7).setIndex(42).build();

    assertThat(parse(Schema.toYaml(observed)).orThrow()).isEqualTo(web);
    assertThat(
            Schema.parse(Workload.getDefaultInstance(), Schema.toJson(observed), Syntax.JSON)
                .orThrow())
        .isEqualTo(web);
  }

  @Test
  void objects_of_all_kinds_stand_in_one_file_and_each_is_judged_by_its_own_rules() {
    var manifests =
        """
        kind: Config
        name: web
        data: {MODE: dark}
        ---
        kind: Secret
        name: db
        data: {password: x}
        ---
        kind: Volume
        name: data
        ---
        kind: Service
        name: web
        instance:
          command: [/bin/web]
          network: none
          env: {MODE: {config: web, key: MODE}, PASSWORD: {secret: db, key: password}}
          volumes: [{config: web, at: /etc/web}, {secret: db, at: /run/db}, {volume: data, at: /data}]
        ---
        kind: Config
        name: bad
        data: {../x: y}
        ---
        kind: Confg
        name: typo
        """;

    var parsed =
        Schema.parseManifests(manifests.getBytes(StandardCharsets.UTF_8), Syntax.YAML, Map.of());

    assertThat(parsed.subList(0, 4)).allMatch(Parsed::ok);
    assertThat(parsed.subList(0, 4))
        .extracting(each -> each.orThrow().getDescriptorForType().getName())
        .containsExactly("Config", "Secret", "NamedVolume", "Workload");
    assertThat(parsed.get(4).violations())
        .singleElement()
        .asString()
        .startsWith("22:14: data.../x: \"../x\" is no key");
    assertThat(parsed.get(5).violations())
        .singleElement()
        .asString()
        .isEqualTo(
            "24:7: kind: \"Confg\" is not one of Service, Config, Secret, Volume or Namespace; did you"
                + " mean Config?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Job", "Cron", "Daemon"})
  void a_kind_of_a_later_release_is_refused_for_that_alone(String kind) {
    assertThat(wrong("kind: " + kind + "\nname: x\nschedule: daily\n", Syntax.YAML))
        .containsExactly(
            "1:7: kind: \""
                + kind
                + "\" is not supported by this release; write Service, Config, Secret, Volume or"
                + " Namespace");
  }

  @Test
  void a_namespace_says_what_it_allows_and_nothing_twice() {
    var text = "kind: Namespace\nname: shop\nallow: [hostPath, root]\n";
    var shop = Schema.parse(Namespace.getDefaultInstance(), text, Syntax.YAML).orThrow();

    assertThat(shop.getAllowList()).containsExactly(Relaxation.HOST_PATH, Relaxation.ROOT);
    assertThat(Schema.toYaml(shop)).contains("- hostPath", "- root");
    assertThat(namespaceWrong("allow: [root, root]"))
        .containsExactly("3:15: allow[1]: stands there twice; keep one");
    assertThat(namespaceWrong("allow: [hostpath, root, root]"))
        .hasSize(2)
        .contains("3:25: allow[2]: stands there twice; keep one");
    assertThat(namespaceWrong("allow: [hostpath]"))
        .singleElement()
        .asString()
        .contains("allow[0]", "did you mean hostPath?");
    assertThat(namespaceWrong("quota: {cpu: 4}"))
        .containsExactly("3:1: quota: is not supported by this release; leave it out");
  }

  private static List<String> namespaceWrong(String line) {
    var text = "kind: Namespace\nname: shop\n" + line + "\n";
    return Schema.parse(Namespace.getDefaultInstance(), text, Syntax.YAML).violations().stream()
        .map(Violation::toString)
        .toList();
  }

  @Test
  void a_variable_that_must_be_in_quotes_is_said_to_be_one() {
    assertThat(wrong("kind: Service\ninstance: {env: {MODE: ${MODE:-dark}}}\n", Syntax.YAML))
        .containsExactly(
            "2:25: not YAML: ${...} between { and } or [ and ] must be in quotes:"
                + " \"${NAME:-default}\"");
  }

  @Test
  void json_that_ends_too_early_is_told_in_words_for_people() {
    assertThat(wrong("{\"kind\":\"Service\"", Syntax.JSON))
        .containsExactly(
            "1:18: not JSON: Unexpected end-of-input: expected close marker for Object");
  }

  private static List<String> wrong(String text, Syntax syntax) {
    return Schema.parseManifests(text.getBytes(StandardCharsets.UTF_8), syntax, Map.of()).stream()
        .flatMap(parsed -> parsed.violations().stream())
        .map(Violation::toString)
        .toList();
  }

  @Test
  void every_mistake_is_told_at_once_with_its_place_and_what_to_write() {
    var parsed =
        parse(
            """
            kind: Service
            name: Web
            instance:
              comand: [/bin/web]
              network: bride
              resources: {memory: 12Q}
              user: 1000
              env: {DB: {config: db}}
            """);

    assertThat(parsed.verdict()).isEqualTo(Verdict.INVALID);
    assertThat(parsed.violations().stream().map(Violation::toString))
        .containsExactly(
            "2:7: name: \"Web\" is not a name; write 1 to 63 of a-z, 0-9 and -, beginning and ending"
                + " with a letter or digit",
            "4:3: instance.comand: is not a known field; did you mean \"command\"?",
            "4:3: instance.command: is missing; the program and its arguments, as [/bin/web,"
                + " --port, \"8080\"]",
            "5:12: instance.network: \"bride\" is not one of host, none or bridge; did you mean bridge?",
            "6:23: instance.resources.memory: \"12Q\" is not a size; write 128Mi, 1Gi or a number"
                + " of bytes",
            "7:9: instance.user: 1000 is a number; write \"1000\"",
            "8:13: instance.env.DB.key: is missing");
  }

  @Test
  void variables_are_written_in_and_unset_ones_are_named_with_their_place() {
    String manifest =
        """
        kind: Service
        name: ${NAME}
        replicas: ${N:-2}
        instance:
          command: [/bin/echo, "${MISSING}", "$$HOME"]
          network: none
        """;

    var unset = documents(manifest, Map.of("NAME", "web"));
    var set = documents(manifest, Map.of("NAME", "web", "MISSING", "a: [b"));

    assertThat(unset.get(0).violations()).hasSize(1);
    assertThat(unset.get(0).violations().get(0).toString())
        .startsWith("5:24: instance.command[1]: needs the variable MISSING, which is not set");
    assertThat(set.get(0).orThrow().getReplicas()).isEqualTo(2);
    assertThat(set.get(0).orThrow().getInstance().getCommandList())
        .containsExactly("/bin/echo", "a: [b", "$HOME");
  }

  private static Parsed<Workload> parse(String yaml) {
    return Schema.parse(Workload.getDefaultInstance(), yaml, Syntax.YAML);
  }

  private static List<Parsed<Workload>> documents(String yaml, Map<String, String> variables) {
    return Schema.parseDocuments(
        Workload.getDefaultInstance(),
        yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8),
        Syntax.YAML,
        variables);
  }
}
