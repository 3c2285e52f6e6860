package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The examples, done as their comments say, on ports and in folders of this test's own. */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExamplesIT {

  private static final Path EXAMPLES = RealNodes.Here.home().resolve("share").resolve("examples");
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String PORT_OF_ROOTFS = "8081";
  private static final String PORT_OF_REDIS = "6380";

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
  void a_root_file_system_made_by_the_comments_commands_serves_its_page() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "needs busybox-static");
    Path rootfs = arena.scratch().resolve("rootfs");
    String port = freePort();
    String text = example("rootfs.yaml").replace("/srv/rootfs", rootfs.toString());
    Shell.run("sh", "-ec", commands(text));

    node.apply(workload(text.replace(PORT_OF_ROOTFS, port)));
    Instance instance = node.awaitReady("rootfs", 1).get(0);

    assertThat(get("http://127.0.0.1:" + port + "/")).isEqualTo("hello from a root of its own\n");
    assertThat(instance.getWarningsList()).isEmpty();
    node.delete("rootfs");
    assertThat(rootfs.resolve("www/index.html")).exists();
  }

  @Test
  void redis_answers_and_keeps_its_data_on_its_own_disk() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/redis-server")), "needs redis-server");
    String port = freePort();
    node.apply(workload(example("redis.yaml").replace(PORT_OF_REDIS, port)));
    node.awaitReady("redis", 1);

    Await.until("redis to answer", SOON, () -> redis(port, "ping"), "PONG\n"::equals);
    assertThat(redis(port, "set", "greeting", "hello")).isEqualTo("OK\n");
    assertThat(redis(port, "config", "get", "dir")).isEqualTo("dir\n/data\n");
    assertThat(redis(port, "save")).isEqualTo("OK\n");
    node.delete("redis");
  }

  private static String redis(String port, String... command) {
    var line = new ArrayList<>(List.of("redis-cli", "-p", port));
    line.addAll(List.of(command));
    return Shell.ask(line, Map.of()).out();
  }

  /** The lines that its comment indents are what one types before. */
  private static String commands(String example) {
    return example
        .lines()
        .filter(line -> line.startsWith("#   "))
        .map(line -> line.substring("#   ".length()))
        .collect(Collectors.joining("\n"));
  }

  private static Workload.Builder workload(String manifest) {
    return Schema.parse(Workload.getDefaultInstance(), manifest, Syntax.YAML).orThrow().toBuilder();
  }

  private static String example(String name) {
    try {
      return Files.readString(EXAMPLES.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException("read the example " + name, e);
    }
  }

  private static String freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Integer.toString(socket.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException("find a free port", e);
    }
  }

  private static String get(String uri) {
    var request = HttpRequest.newBuilder(URI.create(uri)).timeout(SOON).build();
    return Await.until(
        "an answer of " + uri,
        SOON,
        () -> {
          try {
            return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
          } catch (IOException notYet) {
            return "";
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
          }
        },
        body -> !body.isEmpty());
  }
}
