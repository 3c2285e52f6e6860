package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.ServedPort;
import dev.regrow.runtime.network.NodeNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NetworkKernelTest extends RuntimeCase {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int PORT = 18480;

  /** Says its host name to whoever connects to 8080. */
  private static final String SERVER =
      """
      import socket
      server = socket.create_server(('0.0.0.0', 8080))
      while True:
        client = server.accept()[0]
        client.sendall(socket.gethostname().encode())
        client.close()
      """;

  /** Exits with 0 if it can connect to its arguments. */
  private static final String CONNECT =
      """
      import socket, sys
      socket.create_connection((sys.argv[1], int(sys.argv[2])), 0.7).recv(1)
      """;

  @BeforeAll
  static void needNft() {
    assumeTrue(NodeNetwork.lack().isEmpty(), "needs nft");
  }

  @Override
  RuntimeConfig config(RuntimeConfig plain) {
    return plain.withPace(new RuntimeConfig.Pace(plain.pace().roots(), SECOND));
  }

  @Override
  void swept() throws Exception {
    assertThat(run("nft", "list", "tables")).doesNotContain(host.nodeUid());
  }

  @Test
  void each_has_an_address_of_its_own_and_knows_it_by_its_name() throws Exception {
    var one = launch("shop", "web-0");
    var two = launch("shop", "web-1");

    assertThat(one.address()).isNotEmpty().isNotEqualTo(two.address());
    awaitTrue(() -> answer(one.address(), 8080).equals("web-0"));
    assertWell(one, shell("getent hosts web-0 | grep -q '^" + one.address() + " '"));
    assertWell(one, shell("ip -o -6 addr show dev eth0 | grep -q . && exit 1 || exit 0"));
  }

  @Test
  void those_of_a_namespace_reach_each_other_and_nobody_elses() throws Exception {
    var web = launch("shop", "web-0");
    var peer = launch("shop", "api-0");
    var stranger = launch("other", "evil-0");
    awaitTrue(() -> answer(web.address(), 8080).equals("web-0"));

    awaitWell(peer, connect(web.address(), 8080));

    assertIll(stranger, connect(web.address(), 8080));
    assertIll(web, connect(stranger.address(), 8080));
  }

  @Test
  void they_do_not_reach_the_machine() throws Exception {
    var web = launch("shop", "web-0");
    var gateway = gatewayOf(web);
    try (var everywhere = new ServerSocket(0, 5, InetAddress.getByName("0.0.0.0"))) {
      assertThat(answers(gateway, everywhere.getLocalPort())).isTrue(); // It listens there.

      assertIll(web, connect(gateway, everywhere.getLocalPort()));
      assertIll(web, connect("127.0.0.1", everywhere.getLocalPort()));
    }
  }

  @Test
  void a_published_port_leads_to_the_ready_ones_in_turn() throws Exception {
    var one = launch("shop", "web-0");
    var two = launch("shop", "web-1");
    get(one.serve(published("127.0.0.1")));
    get(two.serve(published("127.0.0.1")));
    awaitTrue(() -> answerers().equals(Set.of("web-0", "web-1")));

    get(one.serve(List.of()));

    awaitTrue(() -> answerers().equals(Set.of("web-1")));
    two.stop(Duration.ZERO);
    get(two.ended());
    awaitTrue(() -> answerers().isEmpty());
  }

  @Test
  void what_another_program_listens_on_is_not_taken_from_it() throws Exception {
    var web = launch("shop", "web-0");
    try (var other = new ServerSocket(PORT, 5, InetAddress.getLoopbackAddress())) {
      assertThat(get(web.serve(published("127.0.0.1"))))
          .singleElement()
          .asString()
          .startsWith("cannot publish port 18480 on 127.0.0.1: Address already in use");
      assertThat(other.isClosed()).isFalse();
      assertThat(get(web.serve(published("203.0.113.9"))))
          .singleElement()
          .asString()
          .contains("Cannot assign requested address");
    }

    get(web.serve(published("127.0.0.1")));
    awaitTrue(() -> answerers().equals(Set.of("web-0")));
  }

  @Test
  void strangers_and_it_itself_reach_what_is_published_on_all_addresses() throws Exception {
    var web = launch("shop", "web-0");
    var stranger = launch("other", "evil-0");
    var gateway = gatewayOf(web);
    get(web.serve(published("0.0.0.0")));

    awaitWell(web, connect(gateway, PORT));
    awaitWell(stranger, connect(gateway, PORT));
    assertIll(stranger, connect(web.address(), 8080));
    awaitTrue(() -> answerers().equals(Set.of("web-0")));
  }

  @Test
  void the_world_outside_is_reached_as_the_machine_and_reaches_what_is_published()
      throws Exception {
    var web = launch("shop", "web-0");
    get(web.serve(published("0.0.0.0")));
    try (var outside = new Outside(host.nodeUid());
        var server = outside.serve("198.51.100.2", 9000)) {
      assertThat(server.process.isAlive()).isTrue();

      awaitWell(
          web,
          new Probe.Exec(
              List.of(
                  "/usr/bin/python3",
                  "-c",
                  "import socket; s = socket.create_connection(('198.51.100.2', 9000), 1);"
                      + " assert s.recv(99) == b'198.51.100.1'")));
      awaitTrue(() -> outside.connects("198.51.100.1", PORT));
      assertThat(outside.connects(web.address(), 8080)).isFalse();
    }
  }

  /** Another machine, as far as this one can tell. */
  private static final class Outside implements AutoCloseable {
    private static final String SAYS_WHO_ASKS =
        """
        import socket, sys
        server = socket.create_server((sys.argv[1], int(sys.argv[2])))
        while True:
          client, address = server.accept()
          client.sendall(address[0].encode())
          client.close()
        """;
    private final String name;

    Outside(String nodeUid) throws Exception {
      name = "regrow-" + nodeUid;
      run("ip", "netns", "add", name);
      var link = "o" + nodeUid;
      run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name);
      run("ip", "address", "add", "198.51.100.1/30", "dev", link);
      run("ip", "link", "set", link, "up");
      run("ip", "-n", name, "address", "add", "198.51.100.2/30", "dev", "eth0");
      run("ip", "-n", name, "link", "set", "eth0", "up");
      run("ip", "-n", name, "route", "add", "default", "via", "198.51.100.1");
    }

    boolean connects(String address, int port) throws Exception {
      return inside("/usr/bin/python3", "-c", CONNECT, address, Integer.toString(port)).waitFor()
          == 0;
    }

    Server serve(String address, int port) throws IOException {
      return new Server(
          inside("/usr/bin/python3", "-c", SAYS_WHO_ASKS, address, Integer.toString(port)));
    }

    private Process inside(String... command) throws IOException {
      var all = new ArrayList<>(List.of("ip", "netns", "exec", name));
      all.addAll(List.of(command));
      return new ProcessBuilder(all)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
    }

    @Override
    public void close() {
      try {
        run("ip", "netns", "delete", name); // and its link with it
      } catch (Exception e) {
        throw new IllegalStateException("delete the network namespace " + name, e);
      }
    }

    record Server(Process process) implements AutoCloseable {
      @Override
      public void close() {
        process.destroyForcibly().onExit().join();
      }
    }
  }

  @Test
  void the_next_agent_goes_on_where_the_last_one_ended() throws Exception {
    var before = launch("shop", "web-0");
    get(before.serve(published("127.0.0.1")));
    awaitTrue(() -> answerers().equals(Set.of("web-0")));

    agent().close();
    assertThat(answerers()).containsExactly("web-0");
    var after = restart().get(0);

    assertThat(after.address()).isEqualTo(before.address());
    assertThat(launch("shop", "web-1").address()).isNotEqualTo(before.address());
    assertThat(answerers()).containsExactly("web-0");
  }

  @Test
  void what_somebody_else_removes_is_put_right() throws Exception {
    var web = launch("shop", "web-0");
    get(web.serve(published("127.0.0.1")));
    awaitTrue(() -> answerers().equals(Set.of("web-0")));

    run("nft", "delete", "table", "inet", "regrow-" + host.nodeUid());
    run("ip", "link", "delete", "rg" + host.nodeUid());
    assertThat(answerers()).isEmpty();

    awaitTrue(() -> answerers().equals(Set.of("web-0")));
  }

  @Test
  void what_is_forgotten_the_moment_it_ends_leaves_no_state() throws Exception {
    for (int i = 0; i < 30; i++) {
      var web = launch("shop", "web-" + i);
      var served = web.serve(published("127.0.0.1"));
      web.stop(Duration.ZERO);
      get(web.ended());
      get(agent().forget(web.key()));
      get(served);
    }
  }

  @Test
  void a_new_attempt_keeps_its_address_and_a_new_instance_gets_another() throws Exception {
    var first = launch("shop", "web-0");
    first.stop(Duration.ZERO);
    get(first.ended());

    var second = launch("shop", "web-0", 2);

    assertThat(second.address()).isEqualTo(first.address());
    second.stop(Duration.ZERO);
    get(second.ended());
    get(agent().discard(second.key()));
    assertThat(launch("shop", "web-1").address()).isNotEqualTo(first.address());
  }

  private Set<String> answerers() {
    var seen = new HashSet<String>();
    for (int i = 0; i < 20; i++) {
      seen.add(answer("127.0.0.1", PORT));
    }
    seen.remove("");
    return seen;
  }

  /** Empty if nobody answers. */
  private static String answer(String address, int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 500);
      socket.setSoTimeout(500);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return "";
    }
  }

  private static boolean answers(String address, int port) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 500);
      return true;
    }
  }

  private static List<ServedPort> published(String on) {
    return List.of(new ServedPort(false, on, PORT, 8080));
  }

  private String gatewayOf(RunningInstance instance) throws Exception {
    var routes = run("ip", "-o", "-4", "addr", "show", "dev", "rg" + host.nodeUid());
    assertThat(instance.address()).isNotEmpty();
    return routes.replaceAll("(?s).* inet ([0-9.]+)/.*", "$1");
  }

  private static Probe shell(String script) {
    return new Probe.Exec(List.of("/bin/sh", "-c", script));
  }

  private static Probe connect(String address, int port) {
    return new Probe.Exec(
        List.of("/usr/bin/python3", "-c", CONNECT, address, Integer.toString(port)));
  }

  private static void assertWell(RunningInstance instance, Probe probe) throws Exception {
    assertThat(get(instance.probe(probe, SECOND.multipliedBy(5)))).isEqualTo(Probe.Outcome.WELL);
  }

  private static void assertIll(RunningInstance instance, Probe probe) throws Exception {
    assertThat(get(instance.probe(probe, SECOND.multipliedBy(5))).well()).isFalse();
  }

  private static void awaitWell(RunningInstance instance, Probe probe) throws Exception {
    awaitTrue(() -> get(instance.probe(probe, SECOND.multipliedBy(5))).well());
  }

  private static void awaitTrue(Callable<Boolean> fact) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!fact.call()) {
      assertThat(System.nanoTime()).as("not within %s", PATIENCE).isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }

  private RunningInstance launch(String namespace, String slot) throws Exception {
    return launch(namespace, slot, 1);
  }

  private RunningInstance launch(String namespace, String slot, int attempt) throws Exception {
    var workload = slot.substring(0, slot.lastIndexOf('-'));
    return get(
        agent()
            .launch(
                new LaunchSpec(
                    new InstanceKey(namespace, workload, slot + "-a"),
                    attempt,
                    slot,
                    Map.of(),
                    null,
                    false,
                    List.of("/usr/bin/python3", "-c", SERVER),
                    Map.of(),
                    1000,
                    1000,
                    "/",
                    Network.BRIDGE,
                    List.of(),
                    new Limits(100, 0, 64 << 20, 128 << 20, 32),
                    "TERM",
                    SECOND,
                    null)));
  }

  private static String run(String... command) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
