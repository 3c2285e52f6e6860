package dev.regrow.actors.instance;

import dev.regrow.actors.health.Checks;
import dev.regrow.actors.health.HealthMachine.Effect;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.Ended;
import dev.regrow.runtime.Permit;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.RunningInstance;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one instance as it was ordered. The way from a death to the next launch leads through this
 * actor and nothing else.
 *
 * <pre>
 *  ordered ──▶ Starting ──launched──▶ Running ──ended──▶ (restart?) ──no──▶ Exited | Failed
 *                ▲   │                   │  ▲                │yes
 *                │   └─launch failed─▶(restart?)             ▼
 *                └──────time passes── Backoff ◀──────────────┘   (a wait of 0 skips Backoff)
 *
 *  Running ──not well──▶ Condemned ──ended──▶ (restart?)
 *
 *  adopted ──▶ Running, held ──confirmed──▶ Running
 *                   └──ended──▶ Pending ──confirmed──▶ (restart?)
 *
 *  Stop:  Running ──▶ Stopping ──ended──▶ Exited;   Starting ──launched──▶ Stopping
 *         Backoff, Pending, Starting while its image is pulled ──▶ Exited
 * </pre>
 */
public final class InstanceSupervisor {

  /** Imperative: what the agent asks. */
  public sealed interface Command {}

  /** The assignment is (still) this node's: heal from now on, as this order says. */
  public record Confirm(NodeOrder.Run run) implements Command {}

  /** End it for good. */
  public record Stop(String why) implements Command {}

  /** Say again how it is. */
  public enum Tell implements Command {
    INSTANCE
  }

  /**
   * The majority granted the node's lease for this instance.
   *
   * @param sentBootNanos when it was asked to, CLOCK_BOOTTIME
   * @param mayStart false: what runs goes on, but nothing is started any more
   */
  public record RenewLease(long sentBootNanos, boolean mayStart) implements Command {}

  private record Launched(RunningInstance process) implements Command {}

  private record LaunchFailed(Throwable cause) implements Command {}

  private record ProcessEnded(Ended ended) implements Command {}

  record ProbeDue(int attempt, Checks.Kind kind) implements Command {}

  record ProbeAnswered(int attempt, Checks.Kind kind, Probe.Outcome outcome) implements Command {}

  /**
   * @param itsTurn to tell; otherwise only to look whether there is anything to tell
   */
  record PullDue(boolean itsTurn) implements Command {}

  private record PortsServed(List<String> obstacles) implements Command {}

  private enum BackoffOver implements Command {
    INSTANCE
  }

  private enum StopOverdue implements Command {
    INSTANCE
  }

  /** What an ended process still has to be gone for before it is asked again, beyond its grace. */
  private static final Duration STOP_SLACK = Duration.ofSeconds(10);

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final SupervisedNode node;
  private final Teller teller;
  private final InstanceStatus status;
  private final HealthCare health;
  private final Start start;
  private final PullCare pull;

  private InstanceMemory memory;

  private InstanceSupervisor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      SupervisedNode node,
      ActorRef<Report> agent,
      InstanceMemory memory) {
    this.context = context;
    this.timers = timers;
    this.node = node;
    this.memory = memory;
    this.status = new InstanceStatus(memory.assignment(), node.name(), memory);
    this.teller = new Teller(agent, node.clock(), status);
    this.health = new HealthCare(context, timers, node.clock());
    this.start = new Start(node);
    this.pull = new PullCare(timers, node);
  }

  /** Starts an instance that is not there. */
  public static Behavior<Command> start(
      SupervisedNode node, NodeOrder.Run run, ActorRef<Report> agent) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new InstanceSupervisor(context, timers, node, agent, InstanceMemory.of(run))
                        .launch(run)));
  }

  /** Goes on with a process that another agent started; heals nothing before it is confirmed. */
  public static Behavior<Command> adopt(
      SupervisedNode node, RunningInstance process, InstanceMemory memory, ActorRef<Report> agent) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    new InstanceSupervisor(context, timers, node, agent, memory).hold(process)));
  }

  private Behavior<Command> hold(RunningInstance process) {
    health.takeOver(process, memory.checks().without(Checks.Kind.LIVENESS)); // It heals nothing.
    status.running(process, health.isReady());
    serve(process, health.isReady());
    awaitEndOf(process);
    teller.happened(
        memory, "Adopted", "pid %d, attempt %d".formatted(process.pid(), process.attempt()));
    teller.changed(memory, process);
    return held(process);
  }

  /** Running, but perhaps no longer ours. */
  private Behavior<Command> held(RunningInstance process) {
    return telling(process)
        .onMessage(
            Confirm.class,
            confirm -> {
              var behavior = confirmed(confirm.run(), process);
              health.takeOver(process, memory.checks());
              return behavior;
            })
        .onMessage(
            ProbeAnswered.class,
            answer -> {
              health.answered(answer).forEach(effect -> tellReadiness(effect, process));
              return Behaviors.same();
            })
        .onMessage(ProcessEnded.class, ended -> endedWhileHeld(process, ended.ended()))
        .onMessage(Stop.class, stop -> stop(process, stop.why()))
        .build();
  }

  private Behavior<Command> confirmed(NodeOrder.Run confirmed, RunningInstance process) {
    take(confirmed);
    teller.changed(memory, process);
    return running(confirmed, process);
  }

  private void tellReadiness(Effect effect, RunningInstance process) {
    if (effect instanceof Effect.Readiness readiness) {
      serve(process, readiness.ready());
      status.ready(readiness.ready(), readiness.why());
      if (readiness.ready()) {
        teller.happened(memory, "Ready", "its probe succeeds");
      } else {
        teller.warned(memory, "NotReady", readiness.why());
      }
      teller.changed(memory, process);
    }
  }

  private Behavior<Command> endedWhileHeld(RunningInstance process, Ended ended) {
    health.end();
    var last = status.ended(ended);
    memory = memory.after(last, memory.streak());
    status.pending();
    teller.ended(memory, ended);
    teller.changed(memory, null);
    return pending(ended, RestartDecision.ranFor(process, ended, node.clock().bootNanos()));
  }

  /** Ended while nobody could say whether it is to run again. */
  private Behavior<Command> pending(Ended ended, Duration ranFor) {
    return telling(null)
        .onMessage(
            Confirm.class,
            confirm -> {
              take(confirm.run());
              return goOn(confirm.run(), ended, ranFor, () -> {});
            })
        .onMessage(Stop.class, stop -> stopIdle(stop.why()))
        .build();
  }

  private Behavior<Command> stopIdle(String why) {
    teller.happened(memory, "Stopped", why);
    return over(false);
  }

  private void take(NodeOrder.Run ordered) {
    memory = memory.orderedBy(ordered);
    start.prepare(ordered); // While there is a cluster to tell: it may be away at the next start.
    status.reordered(ordered.assignment());
  }

  private Behavior<Command> launch(NodeOrder.Run ordered) {
    return start.isAllowed(memory) ? start(ordered) : awaitLease(ordered);
  }

  private Behavior<Command> awaitLease(NodeOrder.Run ordered) {
    status.awaitingLease();
    teller.changed(memory, null);
    teller.leaseWanted(memory);
    return awaitingLease(ordered);
  }

  private Behavior<Command> awaitingLease(NodeOrder.Run ordered) {
    return quiet(null)
        .onMessage(
            RenewLease.class,
            renewal -> {
              renew(null, renewal);
              return start.isAllowed(memory) ? start(ordered) : Behaviors.same();
            })
        .onMessage(Stop.class, stop -> stopIdle(stop.why()))
        .onMessage(
            Confirm.class,
            confirm -> {
              take(confirm.run());
              return awaitingLease(confirm.run());
            })
        .build();
  }

  private Behavior<Command> start(NodeOrder.Run ordered) {
    int attempt = status.attempt() + 1;
    var permit = new Permit();
    var process = start.process(ordered, memory, attempt, permit);
    status.starting(attempt);
    pull.begin(ordered);
    context.pipeToSelf(
        process,
        (running, failure) -> failure == null ? new Launched(running) : new LaunchFailed(failure));
    teller.changed(memory, null); // After the launch: nothing is on the way from death to life.
    return starting(ordered, permit);
  }

  private Behavior<Command> starting(NodeOrder.Run ordered, Permit permit) {
    return telling(null)
        .onMessage(
            PullDue.class,
            due -> {
              pull.look(due).ifPresent(this::tellPull);
              return Behaviors.same();
            })
        .onMessage(Launched.class, launched -> onLaunched(ordered, launched.process()))
        .onMessage(
            LaunchFailed.class,
            failed -> {
              var ended = launchFailed(failed.cause());
              return goOn(ordered, ended, Duration.ZERO, () -> teller.ended(memory, ended));
            })
        .onMessage(Stop.class, stop -> stopWhileStarting(permit, stop.why()))
        .onMessage(
            Confirm.class,
            confirm -> {
              take(confirm.run());
              return starting(confirm.run(), permit);
            })
        .build();
  }

  private void tellPull(PullCare.Seen seen) {
    status.pulling(seen.progress());
    if (seen.first()) {
      teller.happened(memory, "Pulling", Words.name(seen.progress().reference()));
    }
    teller.changed(memory, null);
  }

  /** What is pulled comes all the same: others may wait for it. */
  private Behavior<Command> stopWhileStarting(Permit permit, String why) {
    pull.end();
    return permit.revoke() ? stopIdle(why) : stopOnceLaunched(why);
  }

  private Behavior<Command> onLaunched(NodeOrder.Run ordered, RunningInstance process) {
    launched(process);
    health.begin(process, memory.checks());
    status.running(process, health.isReady());
    serve(process, health.isReady());
    teller.happened(
        memory, "Started", "attempt %d, pid %d".formatted(process.attempt(), process.pid()));
    teller.changed(memory, process);
    return running(ordered, process);
  }

  private void launched(RunningInstance process) {
    pull.end();
    awaitEndOf(process);
    if (memory.leased()) {
      process.renewLease(start.until()); // It may have been renewed since the shim was told.
    }
  }

  private Ended launchFailed(Throwable failure) {
    pull.end();
    var ended = StartFailures.endOf(failure, node.clock().wall());
    if (ended.reason() == Ended.Reason.IMAGE_PULL_FAILED) {
      start.prepareAnew(); // Its pullSecret may be new.
    }
    memory = memory.after(status.ended(ended), memory.streak());
    return ended;
  }

  private Behavior<Command> stopOnceLaunched(String why) {
    status.stopping(why);
    teller.changed(memory, null);
    return telling(null)
        .onMessage(
            Launched.class,
            launched -> {
              launched(launched.process());
              status.running(launched.process(), false);
              return stop(launched.process(), why);
            })
        .onMessage(
            LaunchFailed.class,
            failed -> {
              teller.ended(memory, launchFailed(failed.cause()));
              return over(false);
            })
        .build();
  }

  private Behavior<Command> running(NodeOrder.Run ordered, RunningInstance process) {
    return telling(process)
        .onMessage(ProcessEnded.class, ended -> onEnded(ordered, process, ended.ended()))
        .onMessage(ProbeAnswered.class, answer -> onAnswer(ordered, process, answer))
        .onMessage(Stop.class, stop -> stop(process, stop.why()))
        .onMessage(Confirm.class, confirm -> confirmed(confirm.run(), process))
        .build();
  }

  private Behavior<Command> onAnswer(
      NodeOrder.Run ordered, RunningInstance process, ProbeAnswered answer) {
    for (var effect : health.answered(answer)) {
      tellReadiness(effect, process);
      if (effect instanceof Effect.Condemn condemned) {
        return condemn(ordered, process, condemned.why());
      }
    }
    return Behaviors.same();
  }

  /** Ends an attempt that is not well; another may follow. */
  private Behavior<Command> condemn(NodeOrder.Run ordered, RunningInstance process, String why) {
    teller.warned(memory, "Unhealthy", why);
    process.condemn(why);
    end(process, why);
    return condemned(ordered, process, why);
  }

  private Behavior<Command> condemned(NodeOrder.Run ordered, RunningInstance process, String why) {
    return ending(process)
        .onMessage(
            ProcessEnded.class,
            ended -> {
              timers.cancelAll();
              var how = ended.ended();
              return onEnded(
                  ordered,
                  process,
                  new Ended(
                      how.exitCode(),
                      how.signal(),
                      Ended.Reason.LIVENESS_FAILED,
                      why,
                      how.finishedAt()));
            })
        .onMessage(
            Stop.class,
            stop -> {
              status.stopping(stop.why());
              teller.happened(memory, "Stopping", stop.why());
              teller.changed(memory, process);
              return stopping(process);
            })
        .onMessage(
            Confirm.class,
            confirm -> {
              take(confirm.run());
              return condemned(confirm.run(), process, why);
            })
        .build();
  }

  private Behavior<Command> onEnded(NodeOrder.Run ordered, RunningInstance process, Ended ended) {
    health.end();
    memory = memory.after(status.ended(ended), memory.streak());
    return goOn(
        ordered,
        ended,
        RestartDecision.ranFor(process, ended, node.clock().bootNanos()),
        () -> teller.ended(memory, ended));
  }

  /** Decides what follows an end, and does it; an immediate restart comes before any telling. */
  private Behavior<Command> goOn(
      NodeOrder.Run ordered, Ended ended, Duration ranFor, Runnable tellEnd) {
    boolean failed = ended.reason() != Ended.Reason.COMPLETED;
    var decision = RestartDecision.decide(ordered.restart(), failed, memory.streak(), ranFor);
    if (decision instanceof RestartDecision.Restart restart) {
      memory = memory.after(memory.last(), restart.streak());
      if (restart.after().isZero()) {
        var next = launch(ordered);
        tellEnd.run();
        return next;
      }
      tellEnd.run();
      return backOff(ordered, restart.after());
    }
    tellEnd.run();
    return over(failed);
  }

  private Behavior<Command> backOff(NodeOrder.Run ordered, Duration wait) {
    timers.startSingleTimer(BackoffOver.INSTANCE, wait);
    status.backoff(node.clock().wall().plus(wait));
    teller.happened(memory, "BackingOff", Words.of(wait));
    teller.changed(memory, null);
    return backoff(ordered);
  }

  private Behavior<Command> backoff(NodeOrder.Run ordered) {
    return telling(null)
        .onMessage(BackoffOver.class, over -> launch(ordered))
        .onMessage(
            Stop.class,
            stop -> {
              timers.cancelAll();
              return stopIdle(stop.why());
            })
        .onMessage(
            Confirm.class,
            confirm -> {
              take(confirm.run());
              return backoff(confirm.run());
            })
        .build();
  }

  private Behavior<Command> stop(RunningInstance process, String why) {
    teller.happened(memory, "Stopping", why);
    end(process, why);
    return stopping(process);
  }

  /** Lets what is published on this node lead to it, or not. */
  private void serve(RunningInstance process, boolean ready) {
    var ports = Publishing.of(memory.surface(), node.bind());
    if (!ports.isEmpty()) {
      context.pipeToSelf(
          process.serve(ready ? ports : List.of()),
          (obstacles, failure) ->
              new PortsServed(failure == null ? obstacles : List.of(failure.toString())));
    }
  }

  private void end(RunningInstance process, String why) {
    health.end();
    serve(process, false);
    var grace = Duration.ofMillis(memory.stopGraceMillis());
    timers.startSingleTimer(StopOverdue.INSTANCE, grace.plus(STOP_SLACK));
    status.stopping(why);
    teller.changed(memory, process);
    process.stop(grace); // Last: whoever sees the signal knows that the timer is armed.
  }

  private Behavior<Command> stopping(RunningInstance process) {
    return ending(process)
        .onMessage(
            ProcessEnded.class,
            ended -> {
              timers.cancelAll();
              memory = memory.after(status.ended(ended.ended()), memory.streak());
              teller.happened(memory, "Stopped", ended.ended().message());
              return over(false);
            })
        .build();
  }

  private BehaviorBuilder<Command> ending(RunningInstance process) {
    return telling(process)
        .onMessage(
            StopOverdue.class,
            overdue -> {
              teller.warned(
                  memory,
                  "StopOverdue",
                  "its processes outlive their grace; asked the shim again to kill them");
              timers.startSingleTimer(StopOverdue.INSTANCE, STOP_SLACK);
              process.stop(Duration.ZERO);
              return Behaviors.same();
            });
  }

  private Behavior<Command> over(boolean failed) {
    status.over(failed);
    teller.over(memory);
    return Behaviors.receive(Command.class)
        .onMessage(
            Tell.class,
            tell -> {
              teller.over(memory);
              return Behaviors.same();
            })
        .onAnyMessage(late -> Behaviors.same())
        .build();
  }

  /** What every phase with a future has in common: it says how it is, and ignores what is late. */
  private BehaviorBuilder<Command> telling(@Nullable RunningInstance process) {
    return quiet(process)
        .onMessage(
            PortsServed.class,
            served -> {
              served.obstacles().forEach(why -> teller.warned(memory, "NotPublished", why));
              return Behaviors.same();
            })
        .onMessage(
            ProbeDue.class,
            due -> {
              health.due(due);
              return Behaviors.same();
            })
        .onMessage(
            RenewLease.class,
            renewal -> {
              renew(process, renewal);
              return Behaviors.same();
            });
  }

  private BehaviorBuilder<Command> quiet(@Nullable RunningInstance process) {
    return Behaviors.receive(Command.class)
        .onMessage(
            Tell.class,
            tell -> {
              teller.changed(memory, process);
              return Behaviors.same();
            });
  }

  private void renew(@Nullable RunningInstance process, RenewLease renewal) {
    if (!memory.leased()) {
      return;
    }
    long until = renewal.sentBootNanos() + memory.lease(node.lease()).toNanos();
    if (renewal.mayStart()) {
      start.allowUntil(until);
    }
    if (process != null) {
      process.renewLease(until);
    }
  }

  private void awaitEndOf(RunningInstance process) {
    context.pipeToSelf(
        process.ended(),
        (ended, failure) ->
            new ProcessEnded(
                failure == null ? ended : StartFailures.lost(failure, node.clock().wall())));
  }
}
