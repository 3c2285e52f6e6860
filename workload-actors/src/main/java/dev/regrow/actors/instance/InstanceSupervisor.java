package dev.regrow.actors.instance;

import dev.regrow.actors.health.Checks;
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

/**
 * Keeps one instance as it was ordered, attempt after attempt. The way from a death to the next
 * launch leads through this actor and nothing else; while a process lives, {@link Attempt} speaks
 * for it.
 *
 * <pre>
 *  ordered ──▶ Starting ──launched──▶ Attempt ──ended──▶ (restart?) ──no──▶ Exited | Failed
 *                ▲   │                                       │yes
 *                │   └─launch failed─▶(restart?)             ▼
 *                └──────time passes── Backoff ◀──────────────┘   (a wait of 0 skips Backoff)
 *
 *  adopted ──▶ Attempt, held ──ended──▶ Pending ──confirmed──▶ (restart?)
 *
 *  Without a lease that it needs:  AwaitingLease ──renewed──▶ Starting
 *
 *  Stop:  Attempt ──▶ Stopping ──ended──▶ Exited;   Starting ──launched──▶ Stopping
 *         Backoff, Pending, AwaitingLease, Starting while its image is pulled ──▶ Exited
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

  record ProcessEnded(Ended ended) implements Command {}

  record ProbeDue(int attempt, Checks.Kind kind) implements Command {}

  record ProbeAnswered(int attempt, Checks.Kind kind, Probe.Outcome outcome) implements Command {}

  /**
   * @param itsTurn to tell; otherwise only to look whether there is anything to tell
   */
  record PullDue(boolean itsTurn) implements Command {}

  record PortsServed(List<String> obstacles) implements Command {}

  private enum BackoffOver implements Command {
    INSTANCE
  }

  enum StopOverdue implements Command {
    INSTANCE
  }

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final SupervisedNode node;
  private final Chronicle chronicle;
  private final Lease lease;
  private final Start start;
  private final PullCare pull;

  private InstanceSupervisor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      SupervisedNode node,
      ActorRef<Report> agent,
      InstanceMemory memory) {
    this.context = context;
    this.timers = timers;
    this.node = node;
    this.chronicle = new Chronicle(agent, node, memory);
    this.lease = new Lease(node.lease());
    this.start = new Start(node, lease);
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
                    new InstanceSupervisor(context, timers, node, agent, memory)
                        .attempt(process)
                        .hold()));
  }

  private Attempt attempt(RunningInstance process) {
    return new Attempt(this, context, timers, node, chronicle, lease, process);
  }

  /** Its order is this one from now on. */
  NodeOrder.Run taken(Confirm confirm) {
    chronicle.reordered(confirm.run());
    start.prepare(confirm.run()); // While there is a cluster to tell: it may be away later.
    return confirm.run();
  }

  /** Ended while nobody could say whether it is to run again. */
  Behavior<Command> pending(Ended ended, Duration ranFor) {
    return idle()
        .onMessage(Confirm.class, confirm -> goOn(taken(confirm), ended, ranFor))
        .onMessage(Stop.class, stop -> stopped(stop.why()))
        .build();
  }

  /** It was told to stop, and nothing of it runs. */
  Behavior<Command> stopped(String why) {
    chronicle.happened("Stopped", why);
    return over(false);
  }

  private Behavior<Command> launch(NodeOrder.Run ordered) {
    if (mayStart()) {
      return start(ordered);
    }
    chronicle.awaitingLease();
    return awaitingLease(ordered);
  }

  private boolean mayStart() {
    return lease.allowsStart(chronicle.memory(), node.clock().bootNanos());
  }

  private Behavior<Command> awaitingLease(NodeOrder.Run ordered) {
    return telling()
        .onMessage(
            RenewLease.class,
            renewal -> {
              lease.renewed(chronicle.memory(), renewal);
              return mayStart() ? start(ordered) : Behaviors.same();
            })
        .onMessage(Stop.class, stop -> stopped(stop.why()))
        .onMessage(Confirm.class, confirm -> awaitingLease(taken(confirm)))
        .build();
  }

  private Behavior<Command> start(NodeOrder.Run ordered) {
    int attempt = chronicle.nextAttempt();
    var permit = new Permit();
    var process = start.process(ordered, chronicle.memory(), attempt, permit);
    pull.begin(ordered);
    context.pipeToSelf(
        process,
        (running, failure) -> failure == null ? new Launched(running) : new LaunchFailed(failure));
    chronicle.starting(attempt); // After the launch: nothing is on the way from death to life.
    return starting(ordered, permit);
  }

  private Behavior<Command> starting(NodeOrder.Run ordered, Permit permit) {
    return idle()
        .onMessage(PullDue.class, due -> done(() -> pull.look(due).ifPresent(chronicle::pulling)))
        .onMessage(
            Launched.class,
            launched -> {
              pull.end();
              return attempt(launched.process()).run(ordered);
            })
        .onMessage(
            LaunchFailed.class,
            failed -> goOn(ordered, launchFailed(failed.cause()), Duration.ZERO))
        .onMessage(Stop.class, stop -> stopWhileStarting(permit, stop.why()))
        .onMessage(Confirm.class, confirm -> starting(taken(confirm), permit))
        .build();
  }

  /** What is pulled comes all the same: others may wait for it. */
  private Behavior<Command> stopWhileStarting(Permit permit, String why) {
    pull.end();
    return permit.revoke() ? stopped(why) : stopOnceLaunched(why);
  }

  private Ended launchFailed(Throwable failure) {
    pull.end();
    var ended = StartFailures.endOf(failure, node.clock().wall());
    if (ended.reason() == Ended.Reason.IMAGE_PULL_FAILED) {
      start.prepareAnew(); // Its pullSecret may be new.
    }
    chronicle.ended(ended);
    return ended;
  }

  private Behavior<Command> stopOnceLaunched(String why) {
    chronicle.stopping(why);
    return idle()
        .onMessage(Launched.class, launched -> attempt(launched.process()).stopAtOnce(why))
        .onMessage(
            LaunchFailed.class,
            failed -> {
              launchFailed(failed.cause());
              chronicle.tellEnd();
              return over(false);
            })
        .build();
  }

  /** Decides what follows an end, and does it; an immediate restart comes before any telling. */
  Behavior<Command> goOn(NodeOrder.Run ordered, Ended ended, Duration ranFor) {
    boolean failed = ended.reason() != Ended.Reason.COMPLETED;
    int streak = chronicle.memory().streak();
    var decision = RestartDecision.decide(ordered.restart(), failed, streak, ranFor);
    if (decision instanceof RestartDecision.Restart restart) {
      chronicle.restarting(restart.streak());
      if (restart.after().isZero()) {
        var next = launch(ordered);
        chronicle.tellEnd();
        return next;
      }
      chronicle.tellEnd();
      return backOff(ordered, restart.after());
    }
    chronicle.tellEnd();
    return over(failed);
  }

  private Behavior<Command> backOff(NodeOrder.Run ordered, Duration wait) {
    timers.startSingleTimer(BackoffOver.INSTANCE, wait);
    chronicle.backingOff(wait);
    return backoff(ordered);
  }

  private Behavior<Command> backoff(NodeOrder.Run ordered) {
    return idle()
        .onMessage(BackoffOver.class, over -> launch(ordered))
        .onMessage(
            Stop.class,
            stop -> {
              timers.cancelAll();
              return stopped(stop.why());
            })
        .onMessage(Confirm.class, confirm -> backoff(taken(confirm)))
        .build();
  }

  private Behavior<Command> over(boolean failed) {
    chronicle.over(failed);
    return telling().onAnyMessage(late -> Behaviors.same()).build();
  }

  /** No process lives, and what is late of the last one changes nothing. */
  private BehaviorBuilder<Command> idle() {
    return common()
        .onMessage(ProbeDue.class, late -> Behaviors.same())
        .onMessage(
            RenewLease.class, renewal -> done(() -> lease.renewed(chronicle.memory(), renewal)));
  }

  /** What every phase with a future has in common. */
  BehaviorBuilder<Command> common() {
    return telling()
        .onMessage(
            PortsServed.class,
            served ->
                done(
                    () ->
                        served.obstacles().forEach(why -> chronicle.warned("NotPublished", why))));
  }

  private BehaviorBuilder<Command> telling() {
    return Behaviors.receive(Command.class).onMessage(Tell.class, tell -> done(chronicle::tell));
  }

  static Behavior<Command> done(Runnable step) {
    step.run();
    return Behaviors.same();
  }
}
