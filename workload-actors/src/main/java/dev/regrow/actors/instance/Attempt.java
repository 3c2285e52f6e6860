package dev.regrow.actors.instance;

import static dev.regrow.actors.instance.InstanceSupervisor.done;

import dev.regrow.actors.health.Checks;
import dev.regrow.actors.health.HealthMachine.Effect;
import dev.regrow.actors.instance.InstanceSupervisor.Command;
import dev.regrow.actors.instance.InstanceSupervisor.Confirm;
import dev.regrow.actors.instance.InstanceSupervisor.PortsServed;
import dev.regrow.actors.instance.InstanceSupervisor.ProbeAnswered;
import dev.regrow.actors.instance.InstanceSupervisor.ProbeDue;
import dev.regrow.actors.instance.InstanceSupervisor.ProcessEnded;
import dev.regrow.actors.instance.InstanceSupervisor.RenewLease;
import dev.regrow.actors.instance.InstanceSupervisor.Stop;
import dev.regrow.actors.instance.InstanceSupervisor.StopOverdue;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.Ended;
import dev.regrow.runtime.RunningInstance;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * What a supervisor does while a process of its instance lives: its probes are asked, its ports
 * lead to it while it is ready, its lease is renewed, it is stopped.
 *
 * <pre>
 *  launched ──▶ Running ──not well──▶ Condemned ──ended──▶ (restart?)
 *                ▲   └──ended──▶ (restart?)
 *                │confirmed
 *  adopted ──▶ Held ──ended──▶ Pending
 *
 *  Stop, in any of them ──▶ Stopping ──ended──▶ Exited
 * </pre>
 */
final class Attempt {

  /** What an ended process still has to be gone for before it is asked again, beyond its grace. */
  private static final Duration STOP_SLACK = Duration.ofSeconds(10);

  private final InstanceSupervisor supervisor;
  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final SupervisedNode node;
  private final Chronicle chronicle;
  private final Lease lease;
  private final RunningInstance process;
  private final HealthCare health;

  /**
   * @param supervisor knows what follows an end
   * @param process that lives, as far as is known
   */
  Attempt(
      InstanceSupervisor supervisor,
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      SupervisedNode node,
      Chronicle chronicle,
      Lease lease,
      RunningInstance process) {
    this.supervisor = supervisor;
    this.context = context;
    this.timers = timers;
    this.node = node;
    this.chronicle = chronicle;
    this.lease = lease;
    this.process = process;
    this.health = new HealthCare(context, timers, node.clock(), process);
  }

  /** It was launched as ordered. */
  Behavior<Command> run(NodeOrder.Run ordered) {
    keepLease();
    awaitEnd();
    health.begin(chronicle.memory().checks());
    serve(health.isReady());
    chronicle.started(process, health.isReady());
    return running(ordered);
  }

  /** It was launched, and is not wanted any more. */
  Behavior<Command> stopAtOnce(String why) {
    keepLease();
    awaitEnd();
    chronicle.runs(process, false);
    return stop(why);
  }

  /** Another agent started it. */
  Behavior<Command> hold() {
    health.takeOver(chronicle.memory().checks().without(Checks.Kind.LIVENESS)); // It heals nothing.
    serve(health.isReady());
    awaitEnd();
    chronicle.adopted(process, health.isReady());
    return held();
  }

  /** It may have been renewed since the shim was told. */
  private void keepLease() {
    if (chronicle.memory().leased()) {
      process.renewLease(lease.until());
    }
  }

  private void awaitEnd() {
    context.pipeToSelf(
        process.ended(),
        (ended, failure) ->
            new ProcessEnded(
                failure == null ? ended : StartFailures.lost(failure, node.clock().wall())));
  }

  /** Perhaps no longer ours. */
  private Behavior<Command> held() {
    return living()
        .onMessage(
            Confirm.class,
            confirm -> {
              var behavior = confirmed(confirm);
              health.takeOver(chronicle.memory().checks());
              return behavior;
            })
        .onMessage(ProbeAnswered.class, answer -> done(() -> answered(answer)))
        .onMessage(ProcessEnded.class, ended -> endedWhileHeld(ended.ended()))
        .onMessage(Stop.class, stop -> stop(stop.why()))
        .build();
  }

  private Behavior<Command> confirmed(Confirm confirm) {
    var ordered = supervisor.taken(confirm);
    chronicle.tell();
    return running(ordered);
  }

  private Behavior<Command> endedWhileHeld(Ended how) {
    var ranFor = ended(how);
    chronicle.pending();
    return supervisor.pending(how, ranFor);
  }

  private Behavior<Command> running(NodeOrder.Run ordered) {
    return living()
        .onMessage(ProcessEnded.class, ended -> goOn(ordered, ended.ended()))
        .onMessage(
            ProbeAnswered.class,
            answer -> answered(answer).map(why -> condemn(ordered, why)).orElse(Behaviors.same()))
        .onMessage(Stop.class, stop -> stop(stop.why()))
        .onMessage(Confirm.class, this::confirmed)
        .build();
  }

  private Behavior<Command> goOn(NodeOrder.Run ordered, Ended how) {
    return supervisor.goOn(ordered, how, ended(how));
  }

  /** Returns how long it ran. */
  private Duration ended(Ended how) {
    health.end();
    chronicle.ended(how);
    return RestartDecision.ranFor(process, how, node.clock().bootNanos());
  }

  /** Takes in an answer; returns why it is to be ended, if it is. */
  private Optional<String> answered(ProbeAnswered answer) {
    for (var effect : health.answered(answer)) {
      if (effect instanceof Effect.Readiness readiness) {
        serve(readiness.ready());
        chronicle.ready(readiness.ready(), readiness.why());
      } else if (effect instanceof Effect.Condemn condemned) {
        return Optional.of(condemned.why());
      }
    }
    return Optional.empty();
  }

  /** It is not well; another may follow. */
  private Behavior<Command> condemn(NodeOrder.Run ordered, String why) {
    chronicle.warned("Unhealthy", why);
    process.condemn(why);
    end(why);
    return condemned(ordered, why);
  }

  private Behavior<Command> condemned(NodeOrder.Run ordered, String why) {
    return ending()
        .onMessage(
            ProcessEnded.class,
            ended -> {
              timers.cancelAll();
              return goOn(ordered, unhealthy(ended.ended(), why));
            })
        .onMessage(
            Stop.class,
            stop -> {
              chronicle.happened("Stopping", stop.why());
              chronicle.stopping(stop.why());
              return stopping();
            })
        .onMessage(Confirm.class, confirm -> condemned(supervisor.taken(confirm), why))
        .build();
  }

  private static Ended unhealthy(Ended how, String why) {
    return new Ended(
        how.exitCode(), how.signal(), Ended.Reason.LIVENESS_FAILED, why, how.finishedAt());
  }

  private Behavior<Command> stop(String why) {
    chronicle.happened("Stopping", why);
    end(why);
    return stopping();
  }

  private void end(String why) {
    health.end();
    serve(false);
    var grace = Duration.ofMillis(chronicle.memory().stopGraceMillis());
    timers.startSingleTimer(StopOverdue.INSTANCE, grace.plus(STOP_SLACK));
    chronicle.stopping(why);
    process.stop(grace); // Last: whoever sees the signal knows that the timer is armed.
  }

  private Behavior<Command> stopping() {
    return ending()
        .onMessage(
            ProcessEnded.class,
            ended -> {
              timers.cancelAll();
              chronicle.ended(ended.ended());
              return supervisor.stopped(ended.ended().message());
            })
        .build();
  }

  private BehaviorBuilder<Command> ending() {
    return living()
        .onMessage(
            StopOverdue.class,
            overdue -> {
              chronicle.warned(
                  "StopOverdue",
                  "its processes outlive their grace; asked the shim again to kill them");
              timers.startSingleTimer(StopOverdue.INSTANCE, STOP_SLACK);
              process.stop(Duration.ZERO);
              return Behaviors.same();
            });
  }

  /** What its phases have in common. */
  private BehaviorBuilder<Command> living() {
    return supervisor
        .common()
        .onMessage(ProbeDue.class, due -> done(() -> health.due(due)))
        .onMessage(RenewLease.class, renewal -> done(() -> renewed(renewal)));
  }

  private void renewed(RenewLease renewal) {
    lease.renewed(chronicle.memory(), renewal).ifPresent(process::renewLease);
  }

  /** Lets what is published on this node lead to it, or not. */
  private void serve(boolean ready) {
    var ports = Publishing.of(chronicle.memory().surface(), node.bind());
    if (!ports.isEmpty()) {
      context.pipeToSelf(
          process.serve(ready ? ports : List.of()),
          (obstacles, failure) ->
              new PortsServed(failure == null ? obstacles : List.of(failure.toString())));
    }
  }
}
