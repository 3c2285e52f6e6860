package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Reason;
import dev.regrow.v1.RestartMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The end of a node's JVM touches no workload: not a crash, a restart, an upgrade. */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgentRestartIT {

  private static final String STEADY = "steady";
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final long BYTES_WHILE_AWAY = 200;

  private final Kernel kernel = Kernel.load();
  private final int count = Effort.of("instances", 20, 20);
  private final Arena arena = Arena.open(RealNodes.Here.home());
  private final ServedNode node = arena.node("solo");

  @BeforeAll
  void start() {
    node.start().apply(Programs.counter(STEADY, count));
    node.awaitReady(STEADY, count);
  }

  @AfterAll
  void leave() {
    arena.close();
  }

  @Test
  void instances_outlive_a_JVM_that_is_killed() {
    outlive("killed", node.jvm()::kill9, arena.home());
  }

  @Test
  void instances_outlive_a_JVM_that_is_told_to_end() {
    assumeTrue(Effort.isFull(), "the change to another build tells it, too");
    outlive("told", node.jvm()::term, arena.home());
  }

  @Test
  void instances_outlive_the_change_to_another_build() {
    outlive("rebuilt", node.jvm()::term, arena.copyOfHome());
  }

  @Test
  void the_end_of_one_node_touches_no_instance_of_another_on_the_same_machine() {
    ServedNode other = arena.node("other").start();
    other.apply(Programs.counter("neighbour", 3));
    List<Instance> before = other.awaitReady("neighbour", 3);

    other.jvm().kill9();
    assertThat(untouched(node.instances(STEADY))).isTrue();
    other.start();
    assertThat(pids(other.awaitReady("neighbour", 3))).isEqualTo(pids(before));

    List<Instance> ours = node.instances(STEADY);
    other.close();
    assertThat(pids(node.instances(STEADY))).isEqualTo(pids(ours));
    assertThat(untouched(ours)).as("each lives after the other node was swept").isTrue();
  }

  private void outlive(String how, Runnable end, Path nextHome) {
    String again = "again-" + how;
    String once = "once-" + how;
    node.apply(Programs.counter(again, 2));
    var never = Programs.counter(once, 1);
    never.getRestartBuilder().setPolicy(RestartMode.NEVER);
    node.apply(never);
    List<Instance> mortals = node.awaitReady(again, 2);
    Instance last = node.awaitReady(once, 1).get(0);
    List<Instance> before = node.awaitReady(STEADY, count);
    Map<String, Proc.Identity> identities = identities(before);

    end.run();
    mortals.forEach(this::endByUsr1);
    endByUsr1(last);
    long reached = node.logBytesOnDisk(before.get(0));
    Await.until(
        "lines written while no agent runs",
        SOON,
        () -> node.logBytesOnDisk(before.get(0)),
        seen -> seen > reached + BYTES_WHILE_AWAY);
    node.startFrom(nextHome);

    assertThat(identities).allSatisfy((slot, who) -> assertThat(Proc.alive(who)).isTrue());
    List<Instance> after = node.awaitReady(STEADY, count);
    assertThat(described(after)).isEqualTo(described(before));
    after.forEach(this::assertLogComplete);
    assertEndKnownAndHealed(again);
    Instance ended = node.awaitOnly(once, "over", seen -> !seen.getReady());
    assertThat(ended.getExitCode()).isEqualTo(Programs.EXIT_ON_USR1);
    assertThat(ended.getPhase()).isIn(InstancePhase.INSTANCE_EXITED, InstancePhase.INSTANCE_FAILED);
    node.delete(again);
    node.delete(once);
  }

  private void assertEndKnownAndHealed(String workload) {
    List<Instance> healed =
        Await.until(
            "both of " + workload + " restarted",
            SOON,
            () -> node.instances(workload),
            seen -> seen.stream().allMatch(each -> each.getReady() && each.getRestarts() == 1));
    assertThat(healed)
        .hasSize(2)
        .allSatisfy(
            each -> {
              assertThat(each.getLast().getExitCode()).isEqualTo(Programs.EXIT_ON_USR1);
              assertThat(each.getLast().getReason()).isEqualTo(Reason.ERROR);
            });
  }

  /** From the first line to one that was written after the agent came back. */
  private void assertLogComplete(Instance instance) {
    int seen = NumberedLines.read(node.logs(instance)).last();
    NumberedLines log =
        Await.until(
            "more lines of " + instance.getSlot(),
            SOON,
            () -> NumberedLines.read(node.logs(instance)),
            lines -> lines.last() > seen);
    assertThat(log.faults()).as("gaps and duplicates in %s", instance.getSlot()).isEmpty();
    assertThat(log.attempts()).isEqualTo(1);
  }

  private void endByUsr1(Instance instance) {
    Proc.Identity who = Proc.identity(instance.getPid()).orElseThrow();
    try (var pidfd = kernel.pidfdOpen((int) instance.getPid())) {
      kernel.pidfdSendSignal(pidfd, Signal.USR1);
    }
    Await.until("pid " + who.pid() + " to end", SOON, () -> !Proc.alive(who));
  }

  private static boolean untouched(List<Instance> instances) {
    return instances.stream().allMatch(each -> Proc.identity(each.getPid()).isPresent());
  }

  private static Map<String, Long> pids(List<Instance> instances) {
    return instances.stream().collect(Collectors.toMap(Instance::getSlot, Instance::getPid));
  }

  private static Map<String, Proc.Identity> identities(List<Instance> instances) {
    return instances.stream()
        .collect(
            Collectors.toMap(
                Instance::getSlot, each -> Proc.identity(each.getPid()).orElseThrow()));
  }

  /** What must not change: who it is, which process, which attempt, since when. */
  private static Map<String, String> described(List<Instance> instances) {
    Function<Instance, String> words =
        each ->
            "%s pid %d attempt %d since %d"
                .formatted(each.getId(), each.getPid(), each.getAttempt(), each.getStartedAt());
    return new TreeMap<>(instances.stream().collect(Collectors.toMap(Instance::getSlot, words)));
  }
}
