package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import dev.regrow.v1.Config;
import dev.regrow.v1.ConfigKind;
import dev.regrow.v1.Instance;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Secret;
import dev.regrow.v1.SecretKind;
import dev.regrow.v1.VolumeKind;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What instances see of declared objects, and what they keep, on a real node. */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VolumesIT {

  private static final Duration SOON = Duration.ofSeconds(30);

  private final Arena arena = Arena.open(RealNodes.Here.home());
  private final ServedNode node = arena.node("n1");

  @BeforeAll
  void start() {
    node.start();
  }

  @AfterAll
  void leave() {
    arena.close();
  }

  @Test
  void a_changed_config_rolls_who_uses_it_and_a_rollback_brings_the_old_content_back() {
    assertThatThrownBy(() -> node.apply(workload(READER)))
        .isInstanceOf(ApiException.Invalid.class)
        .hasMessageContaining("there is no config flavour");
    configure("dark");
    node.apply(workload(READER));
    Await.until("what it sees", SOON, this::said, "dark dark\n"::equals);
    var first = node.instances("reader").get(0);

    var plan = node.client().send(Calls.planConfig(flavour("light")));
    configure("light");
    Await.until("the change rolled out", SOON, this::said, "light light\n"::equals);
    node.client().send(Calls.rollback("default", "reader", 0));
    Await.until("the old content is back", SOON, this::said, "dark dark\n"::equals);
    node.jvm().kill9();
    node.start();
    var adopted = node.awaitReady("reader", 1).get(0);

    assertThat(plan.getUsersList()).singleElement().extracting("workload").isEqualTo("reader");
    assertThat(adopted.getId()).isNotEqualTo(first.getId());
    assertThat(node.workload("reader").getRevision()).isEqualTo(3);
    assertThat(node.apply(workload(READER)).getRevision()).isEqualTo(3);
    assertThatThrownBy(() -> node.client().send(Calls.deleteConfig("default", "flavour")))
        .hasMessageContaining("is used by reader");
    kill(adopted);
    Await.until(
        "it was started again in place", SOON, this::said, said -> said.endsWith("dark dark\n"));
    node.delete("reader");
    node.client().send(Calls.deleteConfig("default", "flavour"));
  }

  @Test
  void a_database_keeps_its_data_over_kills_restarts_and_its_own_deletion() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/redis-server")), "needs redis-server");
    var port = freePort();
    var manifest = REDIS.replace("6380", port);
    assertThatThrownBy(() -> node.apply(workload(manifest)))
        .hasMessageContaining("there is no volume redis");
    node.client().send(Calls.putVolume(volume()));
    node.apply(workload(manifest));
    var first = node.awaitReady("redis", 1).get(0);
    redis(port, "PONG\n", "ping");
    redis(port, "OK\n", "set", "greeting", "hello");

    kill(first);
    redis(port, "hello\n", "get", "greeting");
    node.jvm().kill9();
    node.start();
    redis(port, "hello\n", "get", "greeting");
    node.client().send(Calls.restart("default", "redis"));
    Await.until(
        "another instance",
        SOON,
        () -> node.awaitReady("redis", 1).get(0).getId(),
        id -> !id.equals(first.getId()));
    redis(port, "hello\n", "get", "greeting");
    node.delete("redis");
    node.apply(workload(manifest));
    redis(port, "hello\n", "get", "greeting");

    assertThat(node.client().send(Calls.volume("default", "redis")).getPlacesList())
        .singleElement()
        .satisfies(
            place -> {
              assertThat(place.getSlot()).isEqualTo("redis-0");
              assertThat(place.getNode()).isEqualTo("n1");
            });
    assertThatThrownBy(() -> node.client().send(Calls.deleteVolume("default", "redis")))
        .hasMessageContaining("is used by redis");
    node.delete("redis");
    var kept = node.data().resolve("volumes/default/redis/redis-0");
    assertThat(kept).isNotEmptyDirectory();
    node.client().send(Calls.deleteVolume("default", "redis"));
    Await.until("its data to be gone", SOON, () -> Files.exists(kept), there -> !there);
  }

  @Test
  void a_secret_is_seen_inside_and_nowhere_else() throws IOException {
    node.client().send(Calls.putSecret(password(FIRST)));
    node.apply(workload(KEEPER));
    Await.until(
        "what it sees",
        SOON,
        () -> told("keeper"),
        said -> said.equals(digest(FIRST) + " 400 1000\n"));
    var instance = node.instances("keeper").get(0);

    node.client().send(Calls.putSecret(password(SECOND)));
    Await.until(
        "the change rolled out",
        SOON,
        () -> told("keeper"),
        said -> said.equals(digest(SECOND) + " 400 1000\n"));
    node.client().send(Calls.rollback("default", "keeper", 0));
    Await.until(
        "the old value is back",
        SOON,
        () -> told("keeper"),
        said -> said.equals(digest(FIRST) + " 400 1000\n"));
    node.client().send(Calls.rotateSecretKey());
    kill(node.awaitReady("keeper", 1).get(0));
    node.jvm().term();
    node.start();
    Await.until(
        "what it sees after all that",
        SOON,
        () -> told("keeper"),
        said -> said.equals((digest(FIRST) + " 400 1000\n").repeat(2)));

    for (var value : List.of(FIRST, SECOND)) {
      assertThat(filesHolding(node.data(), value)).isEmpty();
      assertThat(node.client().backup(false))
          .asString(StandardCharsets.ISO_8859_1)
          .doesNotContain(value);
      assertThat(node.client().send(Calls.secret("default", "db")).toString())
          .doesNotContain(value);
      assertThat(node.client().send(Calls.revisions("default", "keeper")).toString())
          .doesNotContain(value);
      assertThat(node.timeline("keeper").toString()).doesNotContain(value);
      assertThat(processesTelling(value, instance)).isEmpty();
    }
    node.delete("keeper");
    node.client().send(Calls.deleteSecret("default", "db"));
  }

  private static final String FIRST = "Schl\u00fcssel-one-4711";
  private static final String SECOND = "Schl\u00fcssel-two-4712";

  /** It tells a digest of what it sees, so that its logs hold no value. */
  private static final String KEEPER =
      """
      kind: Service
      name: keeper
      instance:
        command: [/bin/sh, -c, 'printf %s "$PASSWORD" | cmp - /run/db/password && echo $(sha256sum < /run/db/password | cut -c1-64) $(stat -c "%a %u" /run/db/password); exec sleep 1000']
        env: {PASSWORD: {secret: db, key: password}}
        volumes: [{secret: db, at: /run/db}]
        user: "1000:1000"
        network: none
        resources: {cpu: 50m, memory: 16Mi, pids: 8}
      """;

  private static Secret password(String value) {
    return Secret.newBuilder()
        .setKind(SecretKind.SECRET)
        .setNamespace("default")
        .setName("db")
        .putData("password", value)
        .build();
  }

  private String told(String workload) {
    return node.logs(node.awaitReady(workload, 1).get(0));
  }

  private static String digest(String value) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Files on disk; the tmpfs of the node's state is elsewhere. */
  private static List<Path> filesHolding(Path top, String value) throws IOException {
    try (var files = Files.walk(top)) {
      return files.filter(Files::isRegularFile).filter(file -> holds(file, value)).toList();
    }
  }

  private static boolean holds(Path file, String value) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
          .contains(
              new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    } catch (IOException gone) {
      return false;
    }
  }

  /** Processes outside of the instance that have it in their arguments or environment. */
  private static List<Path> processesTelling(String value, Instance instance) throws IOException {
    try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      var telling = new ArrayList<Path>();
      for (var process : all) {
        boolean tells =
            holds(process.resolve("cmdline"), value)
                || (holds(process.resolve("environ"), value) && !inside(process, instance));
        if (tells) {
          telling.add(process);
        }
      }
      return telling;
    }
  }

  private static boolean inside(Path process, Instance instance) {
    return holds(process.resolve("cgroup"), instance.getWorkload());
  }

  private static final String REDIS =
      """
      kind: Service
      name: redis
      instance:
        command: [/usr/bin/redis-server, --bind, 127.0.0.1, --port, "6380", --dir, /data, --save, "", --appendonly, "yes", --appendfsync, always]
        network: host
        ports: [{name: redis, port: 6380}]
        resources: {cpu: 100m, memory: 96Mi, pids: 32}
        volumes: [{volume: redis, at: /data}]
      """;

  private static NamedVolume volume() {
    return NamedVolume.newBuilder()
        .setKind(VolumeKind.VOLUME)
        .setNamespace("default")
        .setName("redis")
        .build();
  }

  private static void redis(String port, String wanted, String... command) {
    var line = new ArrayList<>(List.of("redis-cli", "-p", port));
    line.addAll(List.of(command));
    Await.until(
        String.join(" ", command), SOON, () -> Shell.ask(line, Map.of()).out(), wanted::equals);
  }

  private static String freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Integer.toString(socket.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException("find a free port", e);
    }
  }

  private static final String READER =
      """
      kind: Service
      name: reader
      instance:
        command: [/bin/sh, -c, "echo $FLAVOUR $(cat /etc/flavour/name); exec sleep 1000"]
        env: {FLAVOUR: {config: flavour, key: name}}
        volumes: [{config: flavour, at: /etc/flavour}]
        network: none
        resources: {cpu: 50m, memory: 16Mi, pids: 8}
      """;

  private String said() {
    List<Instance> instances = node.awaitReady("reader", 1);
    return node.logs(instances.get(0));
  }

  private static void kill(Instance instance) {
    Shell.run("kill", "-9", Long.toString(instance.getPid()));
  }

  private void configure(String name) {
    node.client().send(Calls.putConfig(flavour(name)));
  }

  private static Config flavour(String name) {
    return Config.newBuilder()
        .setKind(ConfigKind.CONFIG)
        .setNamespace("default")
        .setName("flavour")
        .putAllData(Map.of("name", name))
        .build();
  }

  private static Workload.Builder workload(String manifest) {
    return Schema.parse(Workload.getDefaultInstance(), manifest, Syntax.YAML).orThrow().toBuilder();
  }
}
