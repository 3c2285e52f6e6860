package dev.regrow.actors.instance;

import static dev.regrow.v1.InstancePhase.INSTANCE_BACKOFF;
import static dev.regrow.v1.InstancePhase.INSTANCE_EXITED;
import static dev.regrow.v1.InstancePhase.INSTANCE_FAILED;
import static dev.regrow.v1.InstancePhase.INSTANCE_PENDING;
import static dev.regrow.v1.InstancePhase.INSTANCE_RUNNING;
import static dev.regrow.v1.InstancePhase.INSTANCE_STARTING;
import static dev.regrow.v1.InstancePhase.INSTANCE_STOPPING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.instance.InstanceSupervisor.Command;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.testing.FakeClock;
import dev.regrow.actors.testing.FakeInstance;
import dev.regrow.actors.testing.FakeNodeRuntime;
import dev.regrow.actors.testing.Orders;
import dev.regrow.core.model.Ports;
import dev.regrow.runtime.Ended;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Reason;
import dev.regrow.v1.RestartMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InstanceSupervisorTest {

  private static final String ID = "web-2-x4f";

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final FakeClock clock = new FakeClock();
  private final FakeNodeRuntime machine = new FakeNodeRuntime(clock);
  private final SupervisedNode node =
      new SupervisedNode(machine, clock, "n1", "127.0.0.1", Ports.NONE, Duration.ofSeconds(10));
  private final TestProbe<Report> agent = kit.createTestProbe();
  private final List<Report.Happened> happened = new ArrayList<>();

  @AfterEach
  void tearDown() {
    kit.shutdownTestKit();
  }

  @Test
  void an_ordered_instance_starts_and_runs() {
    supervise(Orders.run(ID, 7));

    expectPhase(INSTANCE_STARTING);
    var instance = expectPhase(INSTANCE_RUNNING);

    assertThat(instance.getId()).isEqualTo(ID);
    assertThat(instance.getSlot()).isEqualTo("web-2");
    assertThat(instance.getNode()).isEqualTo("n1");
    assertThat(instance.getAttempt()).isEqualTo(1);
    assertThat(instance.getRestarts()).isZero();
    assertThat(instance.getPid()).isEqualTo(machine.newest(ID).pid());
    assertThat(instance.getStartedAt()).isEqualTo(clock.wall().toEpochMilli());
    assertThat(instance.getReady()).isTrue();
    assertThat(instance.getWarningsList()).containsExactly("no user namespace");
    assertThat(reasonsHappened()).containsExactly("Started");
  }

  @Test
  void the_first_death_is_healed_at_once_and_remembered() {
    supervise(Orders.run(ID, 7));
    expectPhase(INSTANCE_RUNNING);

    machine.newest(ID).exits(3);

    expectPhase(INSTANCE_STARTING);
    var instance = expectPhase(INSTANCE_RUNNING);
    assertThat(instance.getAttempt()).isEqualTo(2);
    assertThat(instance.getRestarts()).isEqualTo(1);
    assertThat(instance.hasExitCode()).isFalse();
    assertThat(instance.getReason()).isEqualTo(Reason.NO_REASON);
    assertThat(instance.getLast().getExitCode()).isEqualTo(3);
    assertThat(instance.getLast().getReason()).isEqualTo(Reason.ERROR);
    assertThat(reasonsHappened()).containsExactly("Started", "Exited", "Started");
  }

  @Test
  void the_second_death_waits_its_backoff_and_not_less() {
    supervise(Orders.run(ID, 7));
    expectPhase(INSTANCE_RUNNING);
    machine.newest(ID).exits(1);
    expectPhase(INSTANCE_STARTING);
    expectPhase(INSTANCE_RUNNING);

    machine.newest(ID).isKilledBy("KILL", Ended.Reason.OOM_KILLED);

    var waiting = expectPhase(INSTANCE_BACKOFF);
    assertThat(waiting.getNextStartAt()).isEqualTo(clock.wall().plusMillis(100).toEpochMilli());
    assertThat(waiting.getReason()).isEqualTo(Reason.OOM_KILLED);
    assertThat(waiting.hasExitCode()).isFalse();
    assertThat(waiting.getLast().getSignal()).isEqualTo("KILL");
    assertThat(waiting.hasPid()).isFalse();
    time.expectNoMessageFor(Duration.ofMillis(99), agent);
    time.timePasses(Duration.ofMillis(1));
    expectPhase(INSTANCE_STARTING);
    assertThat(expectPhase(INSTANCE_RUNNING).getAttempt()).isEqualTo(3);
    assertThat(reasonsHappened()).contains("OOMKilled", "BackingOff");
  }

  @Test
  void running_well_for_a_minute_makes_the_next_restart_immediate_again() {
    supervise(Orders.run(ID, 7));
    expectPhase(INSTANCE_RUNNING);
    machine.newest(ID).exits(1);
    expectPhase(INSTANCE_STARTING);
    expectPhase(INSTANCE_RUNNING);
    clock.advance(Duration.ofMinutes(1));

    machine.newest(ID).exits(1);

    expectPhase(INSTANCE_STARTING);
    expectPhase(INSTANCE_RUNNING);
  }

  @Test
  void a_launch_that_fails_is_told_and_tried_again_after_its_backoff() {
    machine.failNextLaunch("exec /bin/web: ENOENT").failNextLaunch("exec /bin/web: ENOENT");
    supervise(Orders.run(ID, 7));
    expectPhase(INSTANCE_STARTING); // The first restart waits `initial`, which is 0.
    expectPhase(INSTANCE_STARTING);

    var waiting = expectPhase(INSTANCE_BACKOFF);

    assertThat(waiting.getReason()).isEqualTo(Reason.START_FAILED);
    assertThat(waiting.getMessage()).isEqualTo("exec /bin/web: ENOENT");
    time.timePasses(Duration.ofMillis(100));
    expectPhase(INSTANCE_STARTING);
    assertThat(expectPhase(INSTANCE_RUNNING).getAttempt()).isEqualTo(3);
    assertThat(reasonsHappened()).contains("StartFailed");
  }

  @Test
  void what_never_restarts_is_exited_or_failed_by_how_it_ended() {
    supervise(Orders.run(assignment(), policy(RestartMode.NEVER)));
    expectPhase(INSTANCE_RUNNING);
    machine.newest(ID).exits(0);
    assertThat(expectPhase(INSTANCE_EXITED).getExitCode()).isZero();

    supervise(Orders.run(assignment(), policy(RestartMode.NEVER)));
    expectPhase(INSTANCE_RUNNING);
    machine.newest(ID).exits(9);
    var failed = expectPhase(INSTANCE_FAILED);
    assertThat(failed.getExitCode()).isEqualTo(9);
    assertThat(failed.getReason()).isEqualTo(Reason.ERROR);
    assertThat(failed.getReady()).isFalse();
  }

  @Test
  void a_stop_signals_the_process_and_ends_as_exited() {
    var supervisor = supervise(Orders.run(ID, 7));
    expectPhase(INSTANCE_RUNNING);

    supervisor.tell(new InstanceSupervisor.Stop("scaled down"));

    assertThat(expectPhase(INSTANCE_STOPPING).getMessage()).isEqualTo("scaled down");
    expectPhase(INSTANCE_EXITED);
    assertThat(machine.newest(ID).stops()).containsExactly(Duration.ofSeconds(10));
    assertThat(machine.launched()).hasSize(1);
    assertThat(reasonsHappened()).containsExactly("Started", "Stopping", "Stopped");
  }

  @Test
  void processes_that_outlive_their_grace_are_killed_again_and_told() {
    var supervisor = supervise(Orders.run(ID, 7));
    expectPhase(INSTANCE_RUNNING);
    machine.newest(ID).thatIsDeaf();
    supervisor.tell(new InstanceSupervisor.Stop("deleted"));
    expectPhase(INSTANCE_STOPPING);

    time.timePasses(Duration.ofSeconds(20));

    var overdue = agent.expectMessageClass(Report.Happened.class);
    assertThat(overdue.reason()).isEqualTo("StopOverdue");
    assertThat(overdue.warning()).isTrue();
    machine.newest(ID).isKilledBy("KILL", Ended.Reason.SIGNALED);
    expectPhase(INSTANCE_EXITED);
    assertThat(machine.newest(ID).stops()).containsExactly(Duration.ofSeconds(10), Duration.ZERO);
  }

  @Test
  void a_stop_while_starting_ends_what_then_starts() {
    var launch = machine.holdNextLaunch();
    var order = Orders.run(ID, 7);
    var supervisor = supervise(order);
    expectPhase(INSTANCE_STARTING);
    supervisor.tell(new InstanceSupervisor.Stop("deleted"));
    expectPhase(INSTANCE_STOPPING);

    launch.complete(machine.instanceOf(specOf(order)));

    expectPhase(INSTANCE_STOPPING);
    expectPhase(INSTANCE_EXITED);
    assertThat(machine.newest(ID).stops()).hasSize(1);
  }

  @Test
  void a_stop_in_backoff_ends_it_at_once() {
    var supervisor = supervise(Orders.run(ID, 7));
    expectPhase(INSTANCE_RUNNING);
    machine.newest(ID).exits(1);
    expectPhase(INSTANCE_RUNNING);
    machine.newest(ID).exits(1);
    expectPhase(INSTANCE_BACKOFF);

    supervisor.tell(new InstanceSupervisor.Stop("deleted"));

    expectPhase(INSTANCE_EXITED);
    time.expectNoMessageFor(Duration.ofMinutes(1), agent);
  }

  @Test
  void an_adopted_instance_keeps_its_process_and_is_healed_only_once_confirmed() {
    var left = machine.leave(specOf(Orders.run(ID, 7)));
    var supervisor = adopt(left);
    assertThat(expectPhase(INSTANCE_RUNNING).getPid()).isEqualTo(left.pid());

    left.exits(4);

    var pending = expectPhase(INSTANCE_PENDING);
    assertThat(pending.getExitCode()).isEqualTo(4);
    agent.expectNoMessage(Duration.ofMillis(20));
    assertThat(machine.launched()).isEmpty();
    supervisor.tell(new InstanceSupervisor.Confirm(Orders.run(ID, 7)));
    expectPhase(INSTANCE_STARTING);
    var instance = expectPhase(INSTANCE_RUNNING);
    assertThat(instance.getAttempt()).isEqualTo(2);
    assertThat(instance.getLast().getExitCode()).isEqualTo(4);
    assertThat(reasonsHappened()).containsExactly("Adopted", "Exited", "Started");
  }

  @Test
  void an_adopted_and_confirmed_instance_is_healed_like_any_other() {
    var left = machine.leave(specOf(Orders.run(ID, 7)));
    var supervisor = adopt(left);
    expectPhase(INSTANCE_RUNNING);
    supervisor.tell(new InstanceSupervisor.Confirm(Orders.run(ID, 7)));
    expectPhase(INSTANCE_RUNNING);

    left.exits(4);

    expectPhase(INSTANCE_STARTING);
    expectPhase(INSTANCE_RUNNING);
    assertThat(machine.launched()).hasSize(1);
  }

  @Test
  void an_adopted_instance_that_is_not_ours_any_more_is_stopped() {
    var left = machine.leave(specOf(Orders.run(ID, 7)));
    var supervisor = adopt(left);
    expectPhase(INSTANCE_RUNNING);

    supervisor.tell(new InstanceSupervisor.Stop("assigned elsewhere"));

    expectPhase(INSTANCE_STOPPING);
    expectPhase(INSTANCE_EXITED);
    assertThat(left.stops()).containsExactly(Duration.ofSeconds(10));
  }

  @Test
  void the_next_agent_learns_everything_from_the_labels() {
    supervise(Orders.run(ID, 7));
    expectPhase(INSTANCE_RUNNING);
    machine.newest(ID).exits(3);
    expectPhase(INSTANCE_RUNNING);

    var memory = InstanceMemory.of(machine.newest(ID));

    assertThat(memory.assignment()).isEqualTo(Orders.run(ID, 7).assignment());
    assertThat(memory.restart()).isEqualTo(Orders.ALWAYS);
    assertThat(memory.resources()).isEqualTo(Orders.template().getResources());
    assertThat(memory.streak()).isEqualTo(1);
    assertThat(memory.last().getExitCode()).isEqualTo(3);
    assertThat(memory.stopGraceMillis()).isEqualTo(10_000);
  }

  @Test
  void an_instance_without_a_lease_hears_of_none() {
    var supervisor = supervise(Orders.run(ID, 7));
    expectPhase(INSTANCE_RUNNING);

    supervisor.tell(new InstanceSupervisor.RenewLease(clock.bootNanos(), true));
    supervisor.tell(InstanceSupervisor.Tell.INSTANCE);
    expectPhase(INSTANCE_RUNNING);

    assertThat(machine.newest(ID).spec().leaseUntilBootNanos()).isNull();
    assertThat(machine.newest(ID).leases()).isEmpty();
  }

  @Test
  void an_exclusive_instance_waits_for_its_lease_and_dies_with_it_unless_it_is_renewed() {
    var supervisor = supervise(exclusive(0));
    expectPhase(INSTANCE_PENDING);
    assertThat(machine.launched()).isEmpty();
    long sent = clock.bootNanos();
    long second = Duration.ofSeconds(1).toNanos();

    supervisor.tell(new InstanceSupervisor.RenewLease(sent, true));
    expectPhase(INSTANCE_RUNNING);
    supervisor.tell(new InstanceSupervisor.RenewLease(sent + second, false));
    supervisor.tell(InstanceSupervisor.Tell.INSTANCE);
    expectPhase(INSTANCE_RUNNING);

    var until = machine.newest(ID).spec().leaseUntilBootNanos();
    assertThat(until).isNotNull();
    assertThat(until.getAsLong()).isEqualTo(sent + 10 * second);
    assertThat(machine.newest(ID).leases()).containsExactly(sent + 10 * second, sent + 11 * second);
  }

  @Test
  void an_exclusive_instance_is_not_started_again_on_a_lease_that_ends_soon() {
    var supervisor = supervise(exclusive(0));
    expectPhase(INSTANCE_PENDING);
    supervisor.tell(new InstanceSupervisor.RenewLease(clock.bootNanos(), true));
    expectPhase(INSTANCE_RUNNING);
    clock.advance(Duration.ofMillis(9_500));

    machine.newest(ID).isKilledBy("KILL", Ended.Reason.SIGNALED);

    expectPhase(INSTANCE_PENDING);
    assertThat(machine.launched()).hasSize(1);
    supervisor.tell(new InstanceSupervisor.RenewLease(clock.bootNanos(), true));
    expectPhase(INSTANCE_RUNNING);
    assertThat(machine.launched()).hasSize(2);
  }

  @Test
  void what_is_to_be_stopped_where_its_node_is_cut_off_has_a_lease_of_that_length() {
    var supervisor = supervise(exclusive(60_000));
    expectPhase(INSTANCE_PENDING);
    var shared =
        new NodeOrder.Run(assignment(), Orders.template(), Orders.ALWAYS, false, 0, 60_000);

    supervisor.tell(new InstanceSupervisor.RenewLease(clock.bootNanos(), true));
    expectPhase(INSTANCE_RUNNING);
    var other = supervise(shared);
    expectPhase(INSTANCE_PENDING);
    other.tell(new InstanceSupervisor.RenewLease(clock.bootNanos(), true));
    expectPhase(INSTANCE_RUNNING);

    assertThat(machine.launched())
        .extracting(launched -> launched.leases().get(0) - clock.bootNanos())
        .containsExactly(Duration.ofSeconds(10).toNanos(), Duration.ofSeconds(60).toNanos());
  }

  @Test
  void what_runs_keeps_the_lease_that_it_was_started_with_whatever_is_ordered_since() {
    var left = machine.leave(specOf(exclusive(0)));
    var supervisor = adopt(left);
    expectPhase(INSTANCE_RUNNING);
    long sent = clock.bootNanos();

    supervisor.tell(new InstanceSupervisor.Confirm(Orders.run(ID, 7)));
    expectPhase(INSTANCE_RUNNING);
    supervisor.tell(new InstanceSupervisor.RenewLease(sent, true));
    supervisor.tell(InstanceSupervisor.Tell.INSTANCE);
    expectPhase(INSTANCE_RUNNING);

    assertThat(left.leases()).containsExactly(sent + Duration.ofSeconds(10).toNanos());
  }

  private static NodeOrder.Run exclusive(long stopAfterMillis) {
    return new NodeOrder.Run(
        assignment(), Orders.template(), Orders.ALWAYS, true, 0, stopAfterMillis);
  }

  private ActorRef<Command> supervise(NodeOrder.Run run) {
    return kit.spawn(InstanceSupervisor.start(node, run, agent.getRef()));
  }

  private ActorRef<Command> adopt(FakeInstance process) {
    return kit.spawn(
        InstanceSupervisor.adopt(node, process, InstanceMemory.of(process), agent.getRef()));
  }

  private static dev.regrow.runtime.LaunchSpec specOf(NodeOrder.Run run) {
    return LaunchSpecs.of(run, InstanceMemory.of(run), 1, Contents.NONE, () -> 0);
  }

  private static dev.regrow.actors.link.AssignmentRef assignment() {
    return Orders.assignment(ID, "web-2", 7);
  }

  private static dev.regrow.v1.RestartPolicy policy(RestartMode mode) {
    return Orders.policy(mode);
  }

  /** The next change must be into this phase, or lie before it on the way to Running. */
  private Instance expectPhase(InstancePhase phase) {
    for (int i = 0; i < 10; i++) {
      var report = agent.receiveMessage();
      if (report instanceof Report.Happened event) {
        happened.add(event);
      } else if (report instanceof Report.Changed changed) {
        if (changed.instance().getPhase() == phase) {
          return changed.instance();
        }
        assertThat(changed.instance().getPhase()).isEqualTo(INSTANCE_STARTING);
      }
    }
    throw new AssertionError("not seen: " + phase);
  }

  private List<String> reasonsHappened() {
    return happened.stream().map(Report.Happened::reason).toList();
  }
}
