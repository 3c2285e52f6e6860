package dev.regrow.chaos.scenario;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.LocalNode;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import dev.regrow.runtime.network.NodeNetwork;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.schema.PlainDocument;
import dev.regrow.v1.Fault;
import dev.regrow.v1.Instance;
import dev.regrow.v1.NodePhase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Machines that reach each other by addresses off loopback, as people's do: all of it is TLS, and
 * nodes that let themselves be harmed can cut their machines off from each other.
 */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnAddressesIT {

  private static final Duration WITHIN = Duration.ofSeconds(60);
  private static final int GATEWAY_PORT = 7400;

  private static final String WEB =
      """
      kind: Service
      name: web
      replicas: 2
      instance:
        command: [/usr/bin/python3, -u, -m, http.server, "8080"]
        network: bridge
        ports: [{name: http, port: 8080, publish: 9000}]
        resources: {cpu: 50m, memory: 64Mi, pids: 64}
        health: {readiness: {tcp: {port: http}, interval: 200ms, timeout: 500ms, failures: 1}}
        stop: {signal: TERM, grace: 1s}
      """;

  private static final String GAME =
      """
      name: game-day
      cluster: attached
      apply: [web.yaml]
      steady: 1s
      hypotheses:
        - {name: web, http: "http://any:9000/", every: 50ms, within: 1s, percent: 50, maxGap: 8s}
        - {name: first, http: "http://n1:9000/", every: 50ms, within: 500ms, percent: 0}
        - {name: second, http: "http://n2:9000/", every: 50ms, within: 500ms, percent: 0}
        - {ready: web, atLeast: 1}
        - {converges: 30s}
      faults:
        - {at: 0s, kind: instance-cut, on: web-0, for: 2s}
        - {at: 0s, kind: instance-cpu, on: web-1, cores: 2, for: 2s}
        - {at: 0s, kind: instance-memory, on: web-1, memory: 16Mi, for: 2s}
        - {at: 2s, kind: partition, on: n2, for: 5s}
      """;

  private static final String ABANDONED =
      """
      name: abandoned
      cluster: attached
      apply: [web.yaml]
      steady: 1s
      hypotheses: [{ready: web}]
      faults:
        - {at: 0s, kind: instance-pause, on: web-0, for: 6s}
        - {at: 0s, kind: instance-cpu, on: web-1, for: 6s}
        - {at: 0s, kind: partition, on: node-of web-0, for: 6s}
      """;

  private final Lab lab = Lab.offLoopback(RealNodes.Here.home());
  private final Machine first = lab.machine("n1");
  private final Machine second = lab.machine("n2");

  /** Of whoever looks on: no node is there. */
  private final Machine laptop = lab.machine("laptop");

  /** Its thread is made when something is asked first: then the first node's JVM is there. */
  private final ExecutorService inside =
      Executors.newSingleThreadExecutor(work -> new Thread(() -> enter(first, work)));

  private String joinToken = "";

  @BeforeAll
  void form() throws IOException {
    first.jvm().with("--allow-faults", "all").launch();
    nodes(1);
    joinToken = ask("token", "create", "--role", "join").strip();
    joining(second, file("token", joinToken)).untold().with("--allow-faults", "all").launch();
    nodes(2);
    Files.writeString(lab.folder().resolve("web.yaml"), WEB);
  }

  @AfterAll
  void close() {
    inside.shutdownNow();
    lab.close();
  }

  @Test
  void a_machine_joins_with_address_and_token_alone_and_sends_nothing_to_another_cluster()
      throws IOException {
    assertThat(joinToken).matches("[0-9a-z]+\\.[0-9A-Za-z_-]+@sha256:[0-9a-f]{64}");

    var misled = lab.machine("n3");
    var other = joinToken.replaceFirst("sha256:.*", "sha256:" + "0".repeat(64));
    joining(misled, file("other", other)).launch();
    Await.until(
        "the node with another cluster's token to give up",
        WITHIN,
        () -> misled.jvm().isRunning(),
        running -> !running);
    assertThat(misled.jvm().outputTail()).contains("nothing was sent");

    assertThat(ask("get", "nodes", "-o", "json"))
        .as("n2 was told neither its name nor its address")
        .contains("https://%s:%d".formatted(second.address(), GATEWAY_PORT));
    ask("run", "pair", "--replicas", "2", "--wait", "--", "/bin/sleep", "1000");
    assertThat(ask("get", "instances", "pair")).contains(" n1 ").contains(" n2 ");
  }

  @Test
  void either_machine_is_a_door_to_both_by_tls() throws IOException {
    var known = ContextFile.at(first.jvm().contextFile()).read().orElseThrow();
    var token = file("admin", known.token()).toString();
    var ca = file("ca", known.ca()).toString();
    ask("run", "doors", "--replicas", "2", "--wait", "--", "/bin/sleep", "1000");

    for (var machine : List.of(first, second)) {
      var address = "https://%s:%d".formatted(machine.address(), GATEWAY_PORT);
      UnaryOperator<String> by =
          command ->
              command + " --address %s --token-file %s --ca %s".formatted(address, token, ca);
      assertThat(ask(by.apply("get nodes -o name").split(" "))).contains("n1", "n2");
      for (var slot : List.of("doors-0", "doors-1")) {
        var said = ask((by.apply("exec") + " " + slot + " -- /bin/hostname").split(" "));
        assertThat(said.strip()).startsWith(slot);
      }
      assertThat(ask(by.apply("scale doors 2").split(" "))).contains("doors");
    }
  }

  @Test
  void a_game_day_strikes_instances_and_a_machine_and_all_is_as_it_was() throws IOException {
    assumeTrue(NodeNetwork.lack().isEmpty(), "needs nft");
    var file = Files.writeString(lab.folder().resolve("game.yaml"), GAME);

    var said = laptop.jvm().say(context(), List.of("chaos", "run", file.toString(), "-o", "json"));

    assertThat(said.exitCode()).as(said.text()).isZero();
    var text = said.text().getBytes(StandardCharsets.UTF_8);
    var report = (Map<?, ?>) requireNonNull(PlainDocument.read(text).value());
    assertThat(all(report, "faults").stream().<Object>map(each -> each.get("kind")))
        .containsExactlyInAnyOrder("instance-cut", "instance-cpu", "instance-memory", "partition");
    assertThat(all(report, "verdicts")).allMatch(each -> "held".equals(each.get("judgement")));
    assertThat(all(report, "probes"))
        .as("where its instance is cut off, a node does not answer")
        .anyMatch(each -> failedMeanwhile(each, report));
    assertThat(states(report, "n2")).containsAnyOf("down", "lost");
    assertNothingGoesOn();
  }

  @Test
  void a_game_day_whose_harness_is_killed_is_over_by_itself() throws Exception {
    assumeTrue(NodeNetwork.lack().isEmpty(), "needs nft");
    var file = Files.writeString(lab.folder().resolve("abandoned.yaml"), ABANDONED);
    var said = lab.folder().resolve("said");
    var command =
        laptop.command(
            RealNodes.Here.home().resolve("bin/regrow").toString(),
            "chaos",
            "run",
            file.toString());
    command.environment().putAll(context());
    var harness = command.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      Await.until(
          "every fault to be in place",
          WITHIN,
          () -> text(said),
          text -> text.contains("partition: "));
      var paused = instance("web-0");
      assertThat(frozen(paused)).isEqualTo("1");
      assertThat(burners()).isNotEmpty();
      assertThat(hears(second, first)).isFalse();
    } finally {
      harness.destroyForcibly().waitFor();
    }

    assertNothingGoesOn();
  }

  /** Told by what faults do, and by the nodes. */
  private void assertNothingGoesOn() {
    Await.until("n2 to hear n1", WITHIN, () -> hears(second, first));
    Await.until("n1 to hear n2", WITHIN, () -> hears(first, second));
    Await.until("nobody to compete with an instance", WITHIN, this::burners, List::isEmpty);
    Await.until("no fault", WITHIN, () -> faults("n1"), List::isEmpty);
    Await.until("no fault", WITHIN, () -> faults("n2"), List::isEmpty);
    Await.until("both nodes", WITHIN, this::readyNodes, count -> count == 2);
    var web =
        Await.until(
            "two ready instances",
            WITHIN,
            this::instances,
            seen -> seen.size() == 2 && seen.stream().allMatch(Instance::getReady));
    assertThat(web).allMatch(each -> frozen(each).equals("0"));
  }

  private LocalNode joining(Machine machine, Path by) {
    return machine.jvm().with("--join", first.address(), "--join-token-file", by.toString());
  }

  private void nodes(int count) {
    Await.until(
        count + " ready nodes",
        WITHIN,
        () -> said("get", "nodes", "-o", "json").text(),
        text -> text.split("\"phase\": ?\"Ready\"", -1).length - 1 == count);
  }

  private Map<String, String> context() {
    return Map.of("REGROW_CONTEXT", first.jvm().contextFile().toString());
  }

  private LocalNode.Said said(String... command) {
    return first.jvm().say(context(), List.of(command));
  }

  private String ask(String... command) {
    var said = said(command);
    assertThat(said.exitCode()).as(said.text()).isZero();
    return said.text();
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(lab.folder().resolve(name), text + "\n");
  }

  /** Where a thread is, its sockets are. */
  private static void enter(Machine machine, Runnable work) {
    Kernel.load().enterNetwork(Path.of("/proc", Long.toString(machine.jvm().pid()), "ns", "net"));
    work.run();
  }

  /** What a client on the first machine is answered. */
  private <T> T answer(Function<RegrowClient, T> question) {
    try {
      return inside
          .submit(
              () -> {
                var context = ContextFile.at(first.jvm().contextFile()).read().orElseThrow();
                try (var client = RegrowClient.of(context, Duration.ofSeconds(5))) {
                  return question.apply(client);
                }
              })
          .get();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new AssertionError("a client on n1 was not answered", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while n1 was asked", e);
    }
  }

  private List<Instance> instances() {
    return answer(client -> client.send(Calls.instancesOf("default", "web")).getItemsList());
  }

  private Instance instance(String slot) {
    return instances().stream()
        .filter(each -> each.getSlot().equals(slot))
        .findFirst()
        .orElseThrow();
  }

  private long readyNodes() {
    return answer(
        client ->
            client.send(Calls.nodes()).getItemsList().stream()
                .filter(each -> each.getPhase() == NodePhase.NODE_READY)
                .count());
  }

  /** What goes on there, or why nobody says so. */
  private List<String> faults(String node) {
    return answer(
        client -> {
          try {
            return client.send(Calls.faults(node)).getItemsList().stream()
                .map(Fault::getId)
                .toList();
          } catch (ApiException away) {
            return List.of(away.toString());
          }
        });
  }

  private static boolean hears(Machine one, Machine other) {
    var open = "exec 3<>/dev/tcp/%s/%d".formatted(other.address(), GATEWAY_PORT);
    try {
      return one.command("timeout", "0.5", "bash", "-c", open).start().waitFor() == 0;
    } catch (IOException e) {
      throw new UncheckedIOException("connect from " + one + " to " + other, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while connecting", e);
    }
  }

  /** Processes of faults within the instances of both nodes. */
  private List<String> burners() {
    var uids = List.of(first.uid().orElseThrow(), second.uid().orElseThrow());
    return ProcessHandle.allProcesses()
        .map(each -> text(Path.of("/proc", Long.toString(each.pid()), "cgroup")))
        .filter(cgroups -> uids.stream().anyMatch(cgroups::contains))
        .filter(
            cgroups -> cgroups.contains("/instance-cpu-") || cgroups.contains("/instance-memory-"))
        .toList();
  }

  /** Whether its cgroup of version 2 is, as the kernel says. */
  private static String frozen(Instance instance) {
    var own =
        text(Path.of("/proc", Long.toString(instance.getPid()), "cgroup"))
            .lines()
            .filter(line -> line.startsWith("0::/"))
            .map(line -> line.substring("0::/".length()))
            .findFirst()
            .orElseThrow();
    return Stream.of("/sys/fs/cgroup/unified", "/sys/fs/cgroup")
        .map(root -> Path.of(root, own, "cgroup.freeze"))
        .filter(Files::exists)
        .map(file -> text(file).strip())
        .findFirst()
        .orElseThrow();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException gone) {
      return "";
    }
  }

  private static List<Map<?, ?>> all(Map<?, ?> report, String field) {
    return ((List<?>) requireNonNull(report.get(field)))
        .stream().<Map<?, ?>>map(each -> (Map<?, ?>) each).toList();
  }

  /** Whether a question got no answer that was asked in the first second of the cut. */
  private static boolean failedMeanwhile(Map<?, ?> probe, Map<?, ?> report) {
    long from =
        all(report, "faults").stream()
            .filter(each -> "instance-cut".equals(each.get("kind")))
            .map(each -> millis(each, "fromMillis"))
            .findFirst()
            .orElseThrow();
    return all(probe, "samples").stream()
        .filter(each -> String.valueOf(each.get("why")).contains("no answer within"))
        .mapToLong(each -> millis(each, "atMillis"))
        .anyMatch(at -> from <= at && at <= from + 1_000);
  }

  private static long millis(Map<?, ?> each, String field) {
    return ((Number) requireNonNull(each.get(field))).longValue();
  }

  /** What somebody was in turn. */
  private static List<Object> states(Map<?, ?> report, String lane) {
    return all(report, "lanes").stream()
        .filter(each -> lane.equals(each.get("name")))
        .flatMap(each -> all(each, "spans").stream())
        .<Object>map(span -> span.get("state"))
        .toList();
  }
}
