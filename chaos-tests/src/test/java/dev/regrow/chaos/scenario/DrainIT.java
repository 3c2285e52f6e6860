package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.NodePhase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Nodes are emptied and filled again, and at no moment are fewer ready than an update allows. */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DrainIT {

  private static final Duration LEFT_WITHIN = Duration.ofSeconds(70);
  private static final String MANIFESTS =
      """
      kind: Service
      name: six
      replicas: 6
      instance:
        command: [/bin/sleep, infinity]
        network: none
        resources: {cpu: 10m, memory: 16Mi}
        stop: {grace: 2s}
      update: {surge: 1, unavailable: 0}
      ---
      kind: Service
      name: three
      replicas: 3
      instance:
        command: [/bin/sleep, infinity]
        network: none
        resources: {cpu: 10m, memory: 16Mi}
        stop: {grace: 2s}
      update: {surge: 0, unavailable: 1}
      ---
      kind: Service
      name: pinned
      replicas: 1
      instance:
        command: [/bin/sleep, infinity]
        network: none
        resources: {cpu: 10m, memory: 16Mi}
        stop: {grace: 2s}
      placement: {require: [{label: node, in: [n3]}]}
      """;

  private final String address = Arena.nextAddress().replaceFirst("[0-9]+$", "131");
  private Path folder = Path.of("");
  private Path data = Path.of("");

  @BeforeAll
  void threeNodes(@TempDir Path empty) throws IOException {
    folder = empty;
    data = folder.resolve("data");
    var manifests = Files.writeString(folder.resolve("all.yaml"), MANIFESTS);
    regrow(0, "up", "--nodes", 3, "--bind", address, "--data", data, manifests);
  }

  @AfterAll
  void leaveNothing() {
    // Nowhere is elsewhere when all go: it ends in no time.
    regrow(0, "down", "--drain", "1m", "--purge", "--yes", "--data", data);
  }

  @Test
  void a_drained_node_is_empty_and_nobody_misses_what_ran_there() throws Exception {
    assertThat(on("n2")).isNotEmpty();
    assertThat(instances("pinned")).extracting(Instance::getNode).containsExactly("n3");

    var fewest = sampling(() -> regrow(0, "node-ctl", "drain", "n2", "--timeout", "2m"));

    assertThat(on("n2")).isEmpty();
    assertThat(phase("n2")).isEqualTo(NodePhase.NODE_CORDONED);
    assertThat(fewest).containsEntry("six", 6).containsKey("three");
    assertThat(fewest.get("three")).isGreaterThanOrEqualTo(2);
    assertThat(ready("six")).isEqualTo(6);
    assertThat(explained("six")).contains("its node is being drained");

    regrow(0, "scale", "six", 8, "--wait");
    assertThat(on("n2")).isEmpty();

    regrow(0, "node-ctl", "uncordon", "n2");
    // Whoever places may not have heard of it at once.
    Await.until("two more, both on n2", LEFT_WITHIN, this::twoMore, seen -> seen.size() == 2);
    regrow(0, "scale", "six", 6, "--wait");
  }

  private List<Instance> twoMore() {
    regrow(0, "scale", "six", 8, "--wait");
    regrow(0, "scale", "six", 10, "--wait");
    return on("n2");
  }

  @Test
  void a_drain_that_cannot_be_done_in_time_says_what_blocks_and_moves_the_rest() {
    var said = regrow(4, "node-ctl", "drain", "n3", "--timeout", "5s");

    assertThat(said)
        .contains("default/pinned-0: ", "lacks node in [n3]", "regrow node-ctl uncordon n3");
    assertThat(on("n3")).extracting(Instance::getWorkload).containsExactly("pinned");
    assertThat(ready("pinned")).isEqualTo(1);
    assertThat(phase("n3")).isEqualTo(NodePhase.NODE_CORDONED);
    regrow(0, "node-ctl", "uncordon", "n3");
  }

  @Test
  void a_node_whose_machine_shuts_down_is_emptied_first_and_open_again_when_it_is_back()
      throws Exception {
    assertThat(on("n2")).isNotEmpty();
    var jvm = Proc.identity(jvmOf("n2")).orElseThrow();

    // As `down --drain` on that machine does, where there is one node only.
    Files.writeString(data.resolve("n2").resolve("leaving"), "60\n");
    var fewest =
        sampling(
            () -> {
              ProcessHandle.of(jvm.pid()).ifPresent(ProcessHandle::destroy);
              Await.until("its end", LEFT_WITHIN, () -> !Proc.alive(jvm));
            });

    assertThat(on("n2")).isEmpty();
    assertThat(fewest).containsEntry("six", 6).containsKey("three");
    assertThat(fewest.get("three")).isGreaterThanOrEqualTo(2);

    regrow(0, "up", "--bind", address, "--data", data);
    assertThat(phase("n2")).isEqualTo(NodePhase.NODE_READY);
    regrow(0, "scale", "six", 10, "--wait");
    assertThat(on("n2")).isNotEmpty();
    regrow(0, "scale", "six", 6, "--wait");
  }

  private long jvmOf(String name) {
    return context().nodes().stream()
        .filter(node -> node.name().equals(name))
        .findFirst()
        .orElseThrow()
        .pid();
  }

  @Test
  void what_no_node_meets_is_pending_and_says_of_each_node_why() throws IOException {
    var wanting =
        """
        kind: Service
        name: wanting
        instance: {command: [/bin/sleep, infinity], network: none}
        placement: {require: [{label: disk, in: [ssd]}]}
        """;
    regrow(0, "apply", "-f", Files.writeString(folder.resolve("wanting.yaml"), wanting));

    var pending = instances("wanting").get(0);

    assertThat(pending.getPhase()).isEqualTo(InstancePhase.INSTANCE_PENDING);
    assertThat(pending.getMessage())
        .contains("n1 lacks disk in [ssd]", "n2 lacks disk in [ssd]", "n3 lacks disk in [ssd]");
  }

  /** The fewest ready instances of each workload that were seen while {@code work} went on. */
  private Map<String, Integer> sampling(Runnable work) throws InterruptedException {
    var fewest = new ConcurrentHashMap<String, Integer>();
    var done = new AtomicBoolean();
    var sampler =
        new Thread(
            () -> {
              while (!done.get()) {
                for (var name : List.of("six", "three")) {
                  fewest.merge(name, ready(name), Math::min);
                }
              }
            },
            "sampler");
    sampler.start();
    try {
      work.run();
    } finally {
      done.set(true);
      sampler.join();
    }
    return fewest;
  }

  private int ready(String workload) {
    try (var client = RegrowClient.of(context())) {
      return client.send(Calls.workload("default", workload)).getStatus().getReady();
    }
  }

  private List<Instance> instances(String workload) {
    try (var client = RegrowClient.of(context())) {
      return client.send(Calls.instancesOf("default", workload)).getItemsList();
    }
  }

  private List<Instance> on(String node) {
    var on = new ArrayList<Instance>();
    for (var name : List.of("six", "three", "pinned")) {
      instances(name).stream().filter(i -> i.getNode().equals(node)).forEach(on::add);
    }
    return on;
  }

  private NodePhase phase(String node) {
    try (var client = RegrowClient.of(context())) {
      return client.send(Calls.node(node)).getPhase();
    }
  }

  private String explained(String workload) {
    return regrow(0, "explain", workload);
  }

  private Context context() {
    try {
      return ContextFile.at(folder.resolve("context.json")).read().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String regrow(int exitCode, Object... arguments) {
    var command = new ArrayList<String>();
    command.add(RealNodes.Here.home().resolve("bin/regrow").toString());
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    var file = folder.resolve("context.json").toString();
    var answer =
        Shell.ask(command, Map.of("REGROW_CONTEXT", file, "NO_COLOR", "1")).expect(exitCode);
    return answer.out() + answer.err();
  }
}
