package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.runtime.network.NodeNetwork;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Network;
import dev.regrow.v1.Reason;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A published port answers as long as an instance is ready, whatever happens around it. */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublishedPortsIT {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int PORT = 18580;
  private static final int ASKED = 30;

  /** Serves its slot; GET /ready and /live fail while a file says so. */
  private static final String SERVER =
      """
      import http.server, os, socket
      class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *ignored): pass
        def do_GET(self):
          ill = os.path.exists('/tmp/ill' + self.path.replace('/', '-'))
          if self.path == '/make-unready': open('/tmp/ill-ready', 'w').close()
          if self.path == '/make-dead': open('/tmp/ill-live', 'w').close()
          self.send_response(503 if ill else 200)
          self.end_headers()
          self.wfile.write(socket.gethostname().encode())
      http.server.ThreadingHTTPServer(('', 8080), Handler).serve_forever()
      """;

  private final Arena arena = Arena.open(RealNodes.Here.home());
  private final ServedNode node = arena.node("solo");
  private final Kernel kernel = Kernel.load();

  @BeforeAll
  void start() {
    assumeTrue(NodeNetwork.lack().isEmpty(), "needs nft");
    node.start().apply(web());
    node.awaitReady("web", 2);
  }

  @AfterAll
  void leave() {
    arena.close();
  }

  private static Workload.Builder web() {
    var workload = Programs.service("web", 2, "/usr/bin/python3", "-c", SERVER);
    var instance = workload.getInstanceBuilder();
    instance.setNetwork(Network.BRIDGE);
    instance.getResourcesBuilder().setMemory(64 << 20);
    instance.addPortsBuilder().setName("http").setPort(8080).setPublish(PORT);
    var health = instance.getHealthBuilder();
    health.getReadinessBuilder().setInterval(200).setFailures(1);
    health.getReadinessBuilder().getHttpBuilder().setPort("http").setPath("/ready");
    health.getLivenessBuilder().setInterval(200).setFailures(2);
    health.getLivenessBuilder().getHttpBuilder().setPort("http").setPath("/live");
    return workload;
  }

  @Test
  void both_replicas_answer_and_show_their_addresses() {
    awaitAnswers("web-0", "web-1");

    assertThat(node.instances("web"))
        .allMatch(instance -> instance.getAddress().startsWith("10."))
        .allMatch(instance -> instance.getPorts(0).getPublish() == PORT);
  }

  @Test
  void the_other_goes_on_answering_when_one_is_killed() {
    awaitAnswers("web-0", "web-1");
    Instance victim = node.instances("web").get(0);

    try (var pidfd = kernel.pidfdOpen((int) victim.getPid())) {
      kernel.pidfdSendSignal(pidfd, Signal.KILL);
    }

    awaitAnswers("web-0", "web-1");
    assertThat(node.instances("web").stream().map(Instance::getAddress))
        .contains(victim.getAddress());
  }

  @Test
  void who_is_not_ready_gets_no_traffic_and_runs_on() {
    awaitAnswers("web-0", "web-1");
    Instance unready = instanceOf("web-0");

    get(unready.getAddress(), 8080, "/make-unready");

    awaitAnswers("web-1");
    assertThat(instanceOf("web-0").getPid()).isEqualTo(unready.getPid());
    restart(unready);
  }

  @Test
  void who_is_not_alive_is_started_again_with_that_reason() {
    awaitAnswers("web-0", "web-1");
    Instance dying = instanceOf("web-1");

    get(dying.getAddress(), 8080, "/make-dead");

    Await.until(
        "web-1 to be started again",
        SOON,
        () -> instanceOf("web-1"),
        seen -> seen.getAttempt() > dying.getAttempt() && seen.getReady());
    assertThat(instanceOf("web-1").getLast().getReason()).isEqualTo(Reason.LIVENESS_FAILED);
    awaitAnswers("web-0", "web-1");
  }

  @Test
  void the_port_answers_while_no_agent_runs_and_after_it_is_back() {
    awaitAnswers("web-0", "web-1");

    node.jvm().term();
    assertThat(answers()).containsExactly("web-0", "web-1");
    node.start();

    assertThat(answers()).containsExactly("web-0", "web-1");
    awaitAnswers("web-0", "web-1");
  }

  @Test
  void rules_that_somebody_removed_are_put_right() {
    awaitAnswers("web-0", "web-1");

    Shell.run("nft", "delete", "table", "inet", "regrow-" + node.uid());

    awaitAnswers("web-0", "web-1");
  }

  private void restart(Instance instance) {
    try (var pidfd = kernel.pidfdOpen((int) instance.getPid())) {
      kernel.pidfdSendSignal(pidfd, Signal.KILL);
    }
    awaitAnswers("web-0", "web-1");
  }

  private Instance instanceOf(String slot) {
    return node.instances("web").stream()
        .filter(instance -> instance.getSlot().equals(slot))
        .findFirst()
        .orElseThrow();
  }

  private void awaitAnswers(String... slots) {
    Await.until("answers of " + List.of(slots), SOON, this::answers, Set.of(slots)::equals);
  }

  private Set<String> answers() {
    var address = node.jvm().address();
    return java.util.stream.IntStream.range(0, ASKED)
        .mapToObj(i -> get(address, PORT, "/"))
        .filter(answer -> !answer.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The body; empty if there is no answer. */
  private static String get(String address, int port, String path) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 1000);
      socket.setSoTimeout(1000);
      var request = "GET " + path + " HTTP/1.0\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    } catch (IOException e) {
      return "";
    }
  }
}
