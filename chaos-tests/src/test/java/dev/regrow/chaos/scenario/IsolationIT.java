package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.v1.Instance;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a real instance may do and see, from inside and as the host's /proc tells it. */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IsolationIT {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final List<String> NAMESPACES =
      List.of("mnt", "pid", "uts", "ipc", "cgroup", "user", "net");
  private static final int ATTEMPTS_MIN = 45;
  private static final long SUBORDINATE_IDS_MIN = 65536;

  private final Arena arena = Arena.open(RealNodes.Here.home());
  private final ServedNode node = arena.node("prison");

  @BeforeAll
  void start() {
    node.start().apply(Programs.sleeper("neighbour", 1));
    node.awaitReady("neighbour", 1);
  }

  @AfterAll
  void leave() {
    arena.close();
  }

  @Test
  void proc_tells_no_capability_a_filter_and_namespaces_of_its_own() {
    Instance instance = node.awaitReady("neighbour", 1).get(0);
    Map<String, String> status = status(instance.getPid());

    assertThat(List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))
        .allSatisfy(set -> assertThat(status.get(set)).as(set).isEqualTo("0000000000000000"));
    assertThat(status).containsEntry("NoNewPrivs", "1").containsEntry("Seccomp", "2");
    assertThat(NAMESPACES)
        .allSatisfy(
            kind ->
                assertThat(namespace(instance.getPid(), kind))
                    .as("%s namespace", kind)
                    .isNotEqualTo(namespace(ProcessHandle.current().pid(), kind)));
    assertThat(Objects.requireNonNull(status.get("Uid")).split("\\s+"))
        .as("user ids on the host")
        .allSatisfy(uid -> assertThat(Long.parseLong(uid)).isGreaterThan(SUBORDINATE_IDS_MIN));
  }

  @Test
  void two_instances_share_no_namespace_and_no_user() {
    node.apply(Programs.sleeper("twins", 2));
    List<Instance> twins = node.awaitReady("twins", 2);

    assertThat(NAMESPACES)
        .allSatisfy(
            kind ->
                assertThat(namespace(twins.get(0).getPid(), kind))
                    .as("%s namespace", kind)
                    .isNotEqualTo(namespace(twins.get(1).getPid(), kind)));
    assertThat(status(twins.get(0).getPid()).get("Uid"))
        .isNotEqualTo(status(twins.get(1).getPid()).get("Uid"));
    node.delete("twins");
  }

  @Test
  void from_inside_nothing_of_the_host_or_of_others_can_be_reached() {
    Instance neighbour = node.awaitReady("neighbour", 1).get(0);
    Path data = node.jvm().data();
    var prisoner =
        Programs.service(
            "prisoner",
            1,
            "/usr/bin/python3",
            "-c",
            program(),
            Long.toString(neighbour.getPid()),
            data.toString(),
            node.jvm().contextFile().toString(),
            data.resolve("instances").toString(),
            data.resolve("logs").toString(),
            "/run/regrow",
            "/proc/" + node.jvm().pid() + "/environ",
            "/proc/" + neighbour.getPid() + "/root");
    prisoner.getInstanceBuilder().getResourcesBuilder().setMemory(64 << 20);
    node.apply(prisoner);
    Instance instance = node.awaitReady("prisoner", 1).get(0);

    List<String> told =
        Await.until(
            "the prisoner to have tried all",
            SOON,
            () -> node.logs(instance).lines().toList(),
            lines -> lines.contains("done"));

    assertThat(told).filteredOn(line -> line.startsWith("SUCCEEDED")).isEmpty();
    assertThat(told)
        .filteredOn(line -> line.startsWith("refused"))
        .hasSizeGreaterThan(ATTEMPTS_MIN);
    assertThat(told)
        .filteredOn(line -> line.startsWith("process"))
        .as("the processes that it sees")
        .hasSizeLessThanOrEqualTo(2);
    assertThat(node.awaitReady("neighbour", 1).get(0).getPid()).isEqualTo(neighbour.getPid());
    node.delete("prisoner");
  }

  private static String program() {
    try (InputStream text = IsolationIT.class.getResourceAsStream("prisoner.py")) {
      return new String(Objects.requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("read prisoner.py", e);
    }
  }

  private static Map<String, String> status(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
          .map(line -> line.split(":\\s*", 2))
          .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    } catch (IOException e) {
      throw new UncheckedIOException("read the status of pid " + pid, e);
    }
  }

  private static String namespace(long pid, String kind) {
    try {
      return Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "ns", kind)).toString();
    } catch (IOException e) {
      throw new UncheckedIOException("read the namespaces of pid " + pid, e);
    }
  }
}
