package dev.regrow.chaos.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.scenario.Programs;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.v1.Fault;
import dev.regrow.v1.FaultKind;
import dev.regrow.v1.FaultRequest;
import dev.regrow.v1.Instance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Faults through the gateway of a running cluster, as its operator lets them happen. */
class NodeFaultsIT {

  private static final Duration SOON = Duration.ofSeconds(30);

  @RegisterExtension
  static final ClusterExtension cluster =
      ClusterExtension.of(2, "--allow-faults", "instance-kill,instance-pause,jvm-stop");

  @BeforeAll
  static void run() {
    cluster.client().send(Calls.apply(Programs.complete(Programs.sleeper("web", 4))));
    Await.until(
        "an instance of each node",
        SOON,
        () -> cluster.client().send(Calls.instancesOf("default", "web")).getItemsList(),
        seen ->
            seen.stream().allMatch(Instance::getReady)
                && seen.stream().map(Instance::getNode).distinct().count() == 2);
  }

  @Test
  void an_instance_of_another_node_is_paused_through_any_gateway_until_that_is_ended() {
    var instance = onSecond();

    var fault = begin(FaultKind.INSTANCE_PAUSE, instance.getId());

    assertThat(fault.getNode()).isEqualTo("n2");
    assertThat(fault.getAffectsList())
        .containsExactly("no process of instance " + instance.getSlot() + " goes on");
    assertThat(frozen(instance.getPid())).isEqualTo("1");
    assertThat(cluster.client().send(Calls.faults("n2")).getItemsList())
        .extracting(Fault::getId)
        .containsExactly(fault.getId());
    cluster.client().send(Calls.endFault("n2", fault.getId()));
    Await.until("it to go on", SOON, () -> frozen(instance.getPid()), "0"::equals);
  }

  @Test
  void a_killed_instance_is_healed_where_it_was() {
    var instance = onSecond();

    begin(FaultKind.INSTANCE_KILL, instance.getSlot());

    Await.until(
        "its next attempt",
        SOON,
        () -> cluster.client().send(Calls.instance("default", instance.getId())),
        seen -> seen.getAttempt() > instance.getAttempt() && seen.getReady());
  }

  @Test
  void a_node_stands_still_and_goes_on_by_itself() {
    long pid = cluster.machine("n2").jvm().pid();

    begin(FaultKind.JVM_STOP, "");

    Await.until("the JVM to stand still", SOON, () -> state(pid), "T"::equals);
    Await.until("the JVM to go on", SOON, () -> state(pid), "S"::equals);
  }

  @Test
  void what_the_operator_does_not_let_happen_is_refused() {
    var instance = onSecond();

    assertThatThrownBy(() -> begin(FaultKind.INSTANCE_CPU, instance.getId()))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("--allow-faults instance-cpu");
  }

  private static Instance onSecond() {
    return cluster.client().send(Calls.instancesOf("default", "web")).getItemsList().stream()
        .filter(instance -> instance.getNode().equals("n2"))
        .findFirst()
        .orElseThrow();
  }

  private static Fault begin(FaultKind kind, String instance) {
    return cluster
        .client()
        .send(
            Calls.beginFault(
                "n2",
                FaultRequest.newBuilder()
                    .setKind(kind)
                    .setInstance(instance)
                    .setDuration(kind == FaultKind.JVM_STOP ? 2_000 : 60_000)
                    .build()));
  }

  /** Whether its cgroup of version 2 is, as the kernel says. */
  private static String frozen(long pid) {
    var own =
        lines(Path.of("/proc", Long.toString(pid), "cgroup")).stream()
            .filter(line -> line.startsWith("0::/"))
            .map(line -> line.substring("0::/".length()))
            .findFirst()
            .orElseThrow();
    return Stream.of("/sys/fs/cgroup/unified", "/sys/fs/cgroup")
        .map(root -> Path.of(root, own, "cgroup.freeze"))
        .filter(Files::exists)
        .map(file -> lines(file).get(0))
        .findFirst()
        .orElseThrow();
  }

  /** As /proc says in one letter. */
  private static String state(long pid) {
    return lines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("State:"))
        .findFirst()
        .orElse("")
        .replaceFirst("State:\\s*(.).*", "$1");
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
