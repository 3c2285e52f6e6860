package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Network;
import dev.regrow.v1.Reason;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Secret;
import dev.regrow.v1.SecretKind;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Images as people have them, made by umoci and pulled from Debian's registry, run unchanged. Those
 * of whole distributions are in {@code RealSoftwareIT}.
 */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RealImagesIT {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int LAYERS = 60;

  private final Arena arena = Arena.open(RealNodes.Here.home());
  private final ServedNode node = arena.node("n1");
  private final Path scratch = arena.scratch();
  private OciRegistry open;
  private OciRegistry closed;
  private ImageMaker maker;
  private int made;

  @BeforeAll
  void start() {
    assumeTrue(OciRegistry.isInstalled(), "needs docker-registry, skopeo, umoci and busybox");
    open = OciRegistry.open(scratch.resolve("open"));
    closed = OciRegistry.closed(scratch.resolve("closed"));
    maker = new ImageMaker(scratch.resolve("images"));
    node.start();
  }

  @AfterAll
  void leave() {
    Stream.of(open, closed).filter(each -> each != null).forEach(OciRegistry::close);
    arena.close();
  }

  @Test
  void a_web_server_runs_as_its_image_says_and_its_volume_outlives_a_crash() throws IOException {
    var page = "served by an image";
    var port = freePort();
    maker
        .image("web")
        .layer(busybox("web", Map.of("www/index.html", page, "etc/passwd", PASSWD)), "/")
        .config(
            "config.entrypoint=/bin/sh",
            "config.cmd=-c",
            "config.cmd=id -un; pwd; echo $MODE $HOME; echo x >> /data/starts; wc -l < /data/starts; exec httpd -f -p 127.0.0.1:$PORT -h /www",
            "config.user=web",
            "config.workingdir=/www",
            "config.env=MODE=image",
            "config.env=PORT=1",
            "config.volume=/data",
            "config.exposedports=8080/tcp",
            "config.label=team=shop")
        .push(open, "shop/web:1");
    var workload = of("web", "oci:" + open.address() + "/shop/web:1");
    workload.getInstanceBuilder().setNetwork(Network.HOST).putEnv("PORT", port);

    node.apply(workload);
    var first = node.awaitReady("web", 1).get(0);

    Await.until("the page", SOON, () -> get(port), page::equals);
    assertThat(node.logs(first)).isEqualTo("web\n/www\nimage /home/web\n1\n");
    kill(first);
    Await.until("the page again", SOON, () -> get(port), page::equals);
    Await.until(
        "its volume, kept",
        SOON,
        () -> node.logs(node.instances("web").get(0)),
        said -> said.endsWith("image /home/web\n2\n"));
    assertThat(images("-o", "json").replaceAll("\\s", ""))
        .contains("\"team\":\"shop\"")
        .contains("8080/tcp");
    node.delete("web");
  }

  @Test
  void redis_of_this_distribution_runs_from_an_image() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/redis-server")), "needs redis-server");
    var port = freePort();
    maker
        .image("redis")
        .layer(ImageMaker.tree(scratch.resolve("redis"), "/usr/bin/redis-server"), "/")
        .config(
            "config.entrypoint=/usr/bin/redis-server",
            "config.cmd=--port",
            "config.cmd=" + port,
            "config.user=999:999",
            "config.workingdir=/data",
            "config.volume=/data")
        .push(open, "redis:7");
    var workload = of("redis", "oci:" + open.address() + "/redis:7");
    workload.getInstanceBuilder().setNetwork(Network.HOST);
    workload.getInstanceBuilder().getSecurityBuilder().setReadOnlyRoot(true);

    node.apply(workload);
    node.awaitReady("redis", 1);

    Await.until("redis answers", SOON, () -> redis(port, "PING"), "+PONG"::equals);
    assertThat(redis(port, "SET greeting hello")).isEqualTo("+OK");
    assertThat(redis(port, "SAVE")).isEqualTo("+OK");
    kill(node.instances("redis").get(0));
    Await.until(
        "what it saved", SOON, () -> redis(port, "GET greeting"), said -> said.startsWith("$5"));
    node.delete("redis");
  }

  @Test
  void an_image_of_sixty_layers_is_one_tree() throws IOException {
    var image =
        maker
            .image("many")
            .layer(busybox("many", Map.of()), "/")
            .config(
                "config.entrypoint=/bin/sh",
                "config.cmd=-c",
                "config.cmd=ls /layers | wc -l; cat /last; exec sleep 1000");
    for (int i = 0; i < LAYERS - 1; i++) {
      var tree = scratch.resolve("many-" + i);
      Files.createDirectories(tree.resolve("layers"));
      Files.writeString(tree.resolve("layers/n" + i), "");
      Files.writeString(tree.resolve("last"), "layer " + i + "\n");
      image.layer(tree, "/");
    }
    image.push(open, "many:1");

    node.apply(of("many", "oci:" + open.address() + "/many:1"));
    var instance = node.awaitReady("many", 1).get(0);

    Await.until(
        "what it sees", SOON, () -> node.logs(instance), said -> said.equals("59\nlayer 58\n"));
    node.delete("many");
  }

  @Test
  void of_an_index_this_machine_takes_its_own_and_the_revision_has_the_index() throws Exception {
    var mine = push("mine", "architecture=" + architecture(), "echo mine; exec sleep 1000");
    var other = push("other", "architecture=s390x", "echo other; exec sleep 1000");
    var index =
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[%s,%s]}"
            .formatted(entry(other, "s390x"), entry(mine, architecture()));
    var put =
        HttpRequest.newBuilder(URI.create("http://" + open.address() + "/v2/multi/manifests/1"))
            .header("Content-Type", "application/vnd.oci.image.index.v1+json")
            .PUT(BodyPublishers.ofString(index))
            .build();
    var answer = HttpClient.newHttpClient().send(put, BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);

    node.apply(of("multi", "oci:" + open.address() + "/multi:1"));
    var instance = node.awaitReady("multi", 1).get(0);

    Await.until("what it says", SOON, () -> node.logs(instance), "mine\n"::equals);
    assertThat(revisions("multi").get(0).getImageDigest())
        .isEqualTo(answer.headers().firstValue("docker-content-digest").orElseThrow());
    node.delete("multi");
  }

  @Test
  void a_moved_tag_changes_nothing_until_somebody_asks_for_it() throws IOException {
    var one = push("moved", "config.label=v=1", "echo one; exec sleep 1000");
    var workload = of("moved", "oci:" + open.address() + "/multi:moved");
    node.apply(workload);
    var first = node.awaitReady("moved", 1).get(0);
    Await.until("the first", SOON, () -> node.logs(first), "one\n"::equals);

    var two = push("moved", "config.label=v=2", "echo two; exec sleep 1000");
    assertThat(node.apply(workload).getRevision()).isEqualTo(1);
    kill(first);
    Await.until(
        "the same bytes again",
        SOON,
        () -> node.logs(node.instances("moved").get(0)),
        "one\none\n"::equals);
    assertThat(node.client().send(Calls.plan(Programs.complete(workload))).getWarningsList())
        .anyMatch(warning -> warning.contains(two));
    node.client().send(Calls.applyPulling(Programs.complete(workload)));
    node.awaitRolledOut("moved");

    Await.until(
        "the new bytes", SOON, () -> node.logs(node.instances("moved").get(0)), "two\n"::equals);
    assertThat(revisions("moved")).extracting(Revision::getImageDigest).containsExactly(two, one);
    assertThat(regrow("history", "moved").out()).contains(two.substring(0, 19));
    assertThat(regrow("describe", "moved").out()).contains(two);
    node.delete("moved");
  }

  @Test
  void a_pull_secret_opens_the_registry_and_is_seen_nowhere() throws IOException {
    maker
        .image("private")
        .layer(busybox("private", Map.of()), "/")
        .config("config.cmd=/bin/sleep", "config.cmd=1000")
        .push(closed, "private:1");
    var workload = of("private", "oci:" + closed.address() + "/private:1");
    assertThatThrownBy(() -> node.apply(workload))
        .isInstanceOf(ApiException.Invalid.class)
        .hasMessageContaining("wants a user and a password");
    workload.getInstanceBuilder().setPullSecret("registry");
    assertThatThrownBy(() -> node.apply(workload))
        .hasMessageContaining("regrow secret set registry");
    secret("wrong");
    assertThatThrownBy(() -> node.apply(workload)).hasMessageContaining("401");

    secret(OciRegistry.PASSWORD);
    node.apply(workload);
    var instance = node.awaitReady("private", 1).get(0);
    secret(OciRegistry.PASSWORD + "-of-tomorrow"); // Rolls nobody.

    assertThatThrownBy(() -> node.client().send(Calls.deleteSecret("default", "registry")))
        .hasMessageContaining("is used by private");
    assertThat(node.workload("private").getRevision()).isEqualTo(1);
    assertThat(node.instances("private"))
        .extracting(Instance::getId)
        .containsOnly(instance.getId());
    assertThat(node.timeline("private").toString()).doesNotContain(OciRegistry.PASSWORD);
    assertThat(filesWith(OciRegistry.PASSWORD)).isEmpty();
    assertThat(cmdlines()).doesNotContain(OciRegistry.PASSWORD);
    node.delete("private");
  }

  @Test
  void images_are_listed_pulled_and_removed_by_the_command_line() throws IOException {
    var digest = push("tool", "config.label=v=1", "exec sleep 1000");
    var name = "oci:" + open.address() + "/multi:tool";

    assertThat(regrow("image", "pull", name).out())
        .contains("node n1 has " + name)
        .contains(digest);
    assertThat(images()).contains(name).contains(digest.substring(0, 19));
    node.apply(of("tool", name));
    node.awaitReady("tool", 1);
    assertThat(images()).contains("default/tool-0");
    var refused = ask("image", "rm", digest).expect(1);
    assertThat(refused.err()).contains("is used by default/tool-0");
    node.delete("tool");
    assertThat(regrow("image", "rm", digest).out()).contains("is removed");
    assertThat(images()).doesNotContain(name);
    assertThat(ask("image", "rm", digest).expect(1).err()).contains("no node has the image");
    assertThat(ask("image", "pull", "oci:127.0.0.1:1/none:1").expect(1).err()).contains("node n1");
  }

  @Test
  void a_registry_that_is_away_stops_only_what_needs_it() throws IOException {
    try (var brief = OciRegistry.open(scratch.resolve("brief"))) {
      maker
          .image("brief")
          .layer(busybox("brief", Map.of()), "/")
          .config("config.cmd=/bin/sleep", "config.cmd=1000")
          .push(brief, "brief:1");
      var workload = of("brief", "oci:" + brief.address() + "/brief:1");
      node.apply(workload);
      node.awaitReady("brief", 1);
      brief.stop();

      kill(node.instances("brief").get(0));
      node.awaitOnly("brief", "healed", seen -> seen.getReady() && seen.getAttempt() == 2);
      workload.getInstanceBuilder().putEnv("MODE", "other");
      node.apply(workload);
      node.awaitRolledOut("brief");
      workload.getInstanceBuilder().setImage("oci:" + brief.address() + "/brief:2");
      assertThatThrownBy(() -> node.apply(workload))
          .isInstanceOf(ApiException.Unavailable.class)
          .hasMessageContaining("brief:2");
    }
    var absent = of("absent", "layout:" + scratch.resolve("nowhere") + ":1");
    assertThatThrownBy(() -> node.apply(absent)).hasMessageContaining("this node has no");
    var pinned = of("absent", absent.getInstance().getImage() + "@sha256:" + "0".repeat(64));
    node.apply(pinned);
    node.awaitOnly(
        "absent",
        "failing, with the reason",
        seen ->
            seen.getLast().getReason() == Reason.IMAGE_PULL_FAILED
                && seen.toString().contains("this node has no"));
    node.delete("absent");
    node.delete("brief");
  }

  private static Workload.Builder of(String name, String image) {
    var workload = Programs.service(name, 1);
    workload
        .getInstanceBuilder()
        .setImage(image)
        .setUser("")
        .setWorkdir("")
        .getResourcesBuilder()
        .setMemory(64 << 20)
        .setPids(32);
    workload.getInstanceBuilder().getStopBuilder().setSignal("");
    return workload;
  }

  private static final String PASSWD =
      "root:x:0:0::/root:/bin/sh\nweb:x:1000:1000::/home/web:/bin/sh\n";

  private Path busybox(String name, Map<String, String> files) throws IOException {
    var root = ImageMaker.tree(scratch.resolve("root-" + name), "/bin/busybox");
    for (var file : files.entrySet()) {
      var there = root.resolve(file.getKey());
      Files.createDirectories(there.getParent());
      Files.writeString(there, file.getValue());
    }
    for (var applet : List.of("sh", "ls", "wc", "cat", "id", "sleep", "httpd")) {
      var link = root.resolve("bin").resolve(applet);
      if (!Files.exists(link)) {
        Files.createLink(link, root.resolve("bin/busybox"));
      }
    }
    Files.createDirectories(root.resolve("data"));
    Files.setAttribute(root.resolve("data"), "unix:mode", 01777);
    return root;
  }

  private String push(String tag, String option, String script) throws IOException {
    return maker
        .image(tag + "-" + ++made)
        .layer(busybox(tag + "-" + script.hashCode(), Map.of()), "/")
        .config("config.entrypoint=/bin/sh", "config.cmd=-c", "config.cmd=" + script)
        .config(option)
        .push(open, "multi:" + tag);
  }

  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  private String entry(String digest, String architecture) throws Exception {
    var uri = URI.create("http://" + open.address() + "/v2/multi/manifests/" + digest);
    var manifest =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(uri)
                    .header("Accept", "application/vnd.oci.image.manifest.v1+json")
                    .build(),
                BodyHandlers.ofByteArray())
            .body();
    return "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\",\"size\":%d,\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"}}"
        .formatted(digest, manifest.length, architecture);
  }

  private List<Revision> revisions(String workload) {
    return node.client().send(Calls.revisions("default", workload)).getItemsList();
  }

  private void secret(String password) {
    node.client()
        .send(
            Calls.putSecret(
                Secret.newBuilder()
                    .setKind(SecretKind.SECRET)
                    .setNamespace("default")
                    .setName("registry")
                    .putData("username", OciRegistry.USER)
                    .putData("password", password)
                    .build()));
  }

  private List<Path> filesWith(String text) throws IOException {
    try (var files = Files.walk(node.data())) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> holds(file, text))
          .collect(Collectors.toList());
    }
  }

  private static boolean holds(Path file, String text) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException gone) {
      return false;
    }
  }

  /** Of all processes but those of this test. */
  private static String cmdlines() {
    return ProcessHandle.allProcesses()
        .map(process -> process.info().commandLine().orElse(""))
        .filter(line -> line.contains("regrow"))
        .collect(Collectors.joining("\n"));
  }

  private String images(String... options) {
    return regrow(
            Stream.concat(Stream.of("image", "list"), Stream.of(options)).toArray(String[]::new))
        .out();
  }

  private Shell.Said regrow(String... words) {
    return ask(words).expect(0);
  }

  private Shell.Said ask(String... words) {
    var command =
        Stream.concat(Stream.of(arena.home().resolve("bin/regrow").toString()), Stream.of(words));
    return Shell.ask(
        command.toList(),
        Map.of("REGROW_CONTEXT", node.jvm().contextFile().toString(), "NO_COLOR", "1"));
  }

  private static void kill(Instance instance) {
    Shell.run("kill", "-9", instance.getPid());
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

  /** The first line of the answer. */
  private static String redis(String port, String command) {
    try (var socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)), 1000);
      socket.setSoTimeout(2000);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      var answer = new String(socket.getInputStream().readNBytes(3), StandardCharsets.US_ASCII);
      var rest =
          new java.io.BufferedReader(
                  new java.io.InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
              .readLine();
      return (answer + (rest == null ? "" : rest)).strip();
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String freePort() {
    try (var socket = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      return Integer.toString(socket.getLocalPort());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("find a free port", e);
    }
  }
}
