package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.client.Calls;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Network;
import dev.regrow.v1.VolumeKind;
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
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A whole Debian as an image, with PostgreSQL, nginx and a JVM, each run as its own user. Only with
 * {@code -Dregrow.full=true}: debootstrap takes minutes, unless {@code -Dregrow.debian=DIR} names a
 * root that has {@link #PACKAGES}.
 */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RealSoftwareIT {

  private static final String PACKAGES = "postgresql,nginx-light,openjdk-17-jre-headless";
  private static final Duration PULLED_WITHIN = Duration.ofMinutes(3);
  private static final Duration SOON = Duration.ofSeconds(60);

  private final Arena arena = Arena.open(RealNodes.Here.home());
  private final ServedNode node = arena.node("n1");
  private final Path scratch = arena.scratch();
  private OciRegistry registry;
  private ImageMaker maker;

  @BeforeAll
  void start() {
    assumeTrue(Effort.isFull(), "only with -Dregrow.full=true");
    assumeTrue(OciRegistry.isInstalled(), "needs docker-registry, skopeo and umoci");
    registry = OciRegistry.open(scratch.resolve("registry"));
    maker = new ImageMaker(scratch.resolve("images"));
    maker.image("debian").layer(debian(), "/").push(registry, "debian:12");
    node.start();
  }

  @AfterAll
  void leave() {
    if (registry != null) {
      registry.close();
    }
    arena.close();
  }

  private Path debian() {
    var made = System.getProperty("regrow.debian");
    if (made != null) {
      return Path.of(made);
    }
    var root = scratch.resolve("debian");
    Shell.run(
        "timeout",
        "1000",
        "debootstrap",
        "--variant=minbase",
        "--include=" + PACKAGES,
        "bookworm",
        root);
    return root;
  }

  @Test
  void postgresql_keeps_what_it_acknowledged_over_a_crash_and_a_restart_of_the_node() {
    var port = freePort();
    var image =
        from(
            "postgres",
            Map.of(),
            "config.user=postgres",
            "config.env=PORT=" + port,
            "config.stopsignal=SIGINT",
            "config.entrypoint=/bin/sh",
            "config.cmd=-ec",
            "config.cmd=bin=/usr/lib/postgresql/15/bin; data=/var/lib/data/pg; test -s $data/PG_VERSION || $bin/initdb -D $data -A trust; exec $bin/postgres -D $data -p $PORT -h 127.0.0.1 -k /tmp");
    node.client()
        .send(
            Calls.putVolume(
                NamedVolume.newBuilder()
                    .setKind(VolumeKind.VOLUME)
                    .setNamespace("default")
                    .setName("pg")
                    .build()));
    var workload = of("pg", image);
    workload.getInstanceBuilder().addVolumesBuilder().setVolume("pg").setAt("/var/lib/data");

    node.apply(workload);
    running("pg");

    sql(port, "create table kept (n int); insert into kept values (1)");
    Shell.run("kill", "-9", node.instances("pg").get(0).getPid());
    sql(port, "insert into kept values (2)");
    node.jvm().kill9();
    node.start();
    sql(port, "insert into kept values (3)");
    node.client().send(Calls.restart("default", "pg"));
    assertThat(sql(port, "select count(*) from kept")).isEqualTo("3");
    node.delete("pg");
    node.client().send(Calls.deleteVolume("default", "pg"));
  }

  @Test
  void nginx_serves_as_nobody_special() {
    var port = freePort();
    var config =
        """
        pid /tmp/nginx.pid;
        error_log stderr;
        events {}
        http {
          access_log off;
          client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c;
          uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e;
          server { listen 127.0.0.1:%s; location / { return 200 "nginx of an image"; } }
        }
        """
            .formatted(port);
    var image =
        from(
            "nginx",
            Map.of("etc/nginx/own.conf", config),
            "config.user=www-data",
            "config.stopsignal=SIGQUIT",
            "config.entrypoint=/usr/sbin/nginx",
            "config.cmd=-g",
            "config.cmd=daemon off;",
            "config.cmd=-c",
            "config.cmd=/etc/nginx/own.conf");

    node.apply(of("nginx", image));
    running("nginx");

    Await.until("nginx answers", SOON, () -> get(port), "nginx of an image"::equals);
    node.delete("nginx");
  }

  @Test
  void a_jvm_serves_from_an_image() throws IOException {
    var port = freePort();
    var image =
        from(
            "jvm",
            Map.of("app/Served.class", compiled()),
            "config.user=65534:65534",
            "config.workingdir=/app",
            "config.entrypoint=/usr/bin/java",
            "config.cmd=-Xmx32m",
            "config.cmd=Served",
            "config.cmd=" + port);

    node.apply(of("jvm", image));
    running("jvm");

    Await.until("the JVM answers", SOON, () -> get(port), "a JVM of an image"::equals);
    node.delete("jvm");
  }

  private static final String SERVED =
      """
      public class Served {
        public static void main(String[] port) throws Exception {
          var at = new java.net.InetSocketAddress("127.0.0.1", Integer.parseInt(port[0]));
          var server = com.sun.net.httpserver.HttpServer.create(at, 0);
          server.createContext("/", exchange -> {
            var body = "a JVM of an image".getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
          server.start();
        }
      }
      """;

  private Path compiled() throws IOException {
    var folder = Files.createDirectories(scratch.resolve("served"));
    var source = Files.writeString(folder.resolve("Served.java"), SERVED);
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "--release", "17", source.toString());
    assertThat(failed).isZero();
    return folder.resolve("Served.class");
  }

  /** The Debian image with some more files (texts, or paths of files), and another config. */
  private String from(String tag, Map<String, ?> files, String... config) {
    Shell.run("umoci", "tag", "--image", maker.layout() + ":debian", tag);
    var made = maker.tagged(tag);
    if (!files.isEmpty()) {
      made.layer(tree(tag, files), "/");
    }
    made.config(config).push(registry, tag + ":1");
    return "oci:" + registry.address() + "/" + tag + ":1";
  }

  private Path tree(String tag, Map<String, ?> files) {
    var root = scratch.resolve("more-" + tag);
    try {
      for (var file : files.entrySet()) {
        var there = root.resolve(file.getKey());
        Files.createDirectories(there.getParent());
        if (file.getValue() instanceof Path path) {
          Files.copy(path, there);
        } else {
          Files.writeString(there, String.valueOf(file.getValue()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("fill " + root, e);
    }
    return root;
  }

  private static Workload.Builder of(String name, String image) {
    var workload = Programs.service(name, 1);
    var instance = workload.getInstanceBuilder();
    instance.setImage(image).setUser("").setWorkdir("").setNetwork(Network.HOST);
    instance.getResourcesBuilder().setMemory(256L << 20).setPids(128);
    instance.getStopBuilder().setSignal("").setGrace(10_000);
    workload.getUpdateBuilder().setProgressDeadline(PULLED_WITHIN.toMillis());
    return workload;
  }

  private void running(String workload) {
    Await.until(
        workload + " to run",
        PULLED_WITHIN,
        () -> node.instances(workload),
        seen -> seen.size() == 1 && seen.get(0).getReady());
  }

  private static String sql(String port, String statement) {
    var command =
        List.of(
            "psql",
            "-h",
            "127.0.0.1",
            "-p",
            port,
            "-U",
            "postgres",
            "-tA",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            statement);
    var environment = Map.of("PGCONNECT_TIMEOUT", "2");
    return Await.until(
            "an answer to: " + statement,
            SOON,
            () -> Shell.ask(command, environment),
            said -> said.exitCode() == 0)
        .out()
        .strip();
  }

  private static String get(String port) {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build();
    try {
      return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return Integer.toString(socket.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException("find a free port", e);
    }
  }
}
