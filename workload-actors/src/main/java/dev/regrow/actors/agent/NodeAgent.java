package dev.regrow.actors.agent;

import dev.regrow.actors.instance.InstanceMemory;
import dev.regrow.actors.instance.Report;
import dev.regrow.actors.instance.SupervisedNode;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.RunningInstance;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * What runs on this node, and what may.
 *
 * <pre>
 *  AwaitingMachine ──Begin──▶ Adopting ──what is there is known──▶ Unconfirmed
 *                                              ──assignments are known──▶ Serving
 * </pre>
 *
 * Nothing is healed, stopped or newly accepted before Serving: what was left running may have been
 * replaced elsewhere. In Serving the node goes on by itself while there is no cluster; each new
 * connection compares what runs with what is assigned again.
 */
public final class NodeAgent {

  /** Imperative: what others may ask. */
  public sealed interface Command {}

  public record Ordered(NodeOrder order) implements Command {}

  /** Tell again how everything is. */
  public enum TellFacts implements Command {
    INSTANCE
  }

  public record Connected(Uplink uplink) implements Command {}

  public record Disconnected(Uplink uplink) implements Command {}

  /** Stop every instance and accept no more; answers when none is left. */
  public record EndAll(ActorRef<Done> replyTo) implements Command {}

  /** The machine is open: look at what runs there. */
  public record Begin(SupervisedNode node) implements Command {}

  private record Adopted(List<RunningInstance> found) implements Command {}

  private record AdoptionFailed(Throwable cause) implements Command {}

  private record Assigned(Uplink by, Set<String> hereThen, List<NodeOrder.Run> runs)
      implements Command {}

  private record AssignmentsUnknown(Uplink by, Throwable cause) implements Command {}

  private enum AskAgain implements Command {
    INSTANCE
  }

  private record Reported(Report report) implements Command {}

  record SupervisorGone(String key) implements Command {}

  record Respawn(String key) implements Command {}

  record ForgetOrphan(String key) implements Command {}

  private enum Tick implements Command {
    INSTANCE
  }

  private record Sampled(UsageSample sample) implements Command {}

  private enum ResendAll implements Command {
    INSTANCE
  }

  private record ResendRest(Deque<Roster.Entry> rest) implements Command {}

  private enum RenewLeases implements Command {
    INSTANCE
  }

  private record LeasesRenewed(long sentBootNanos, List<LeaseSource.Grant> grants)
      implements Command {}

  private record LeasesUnknown(Throwable cause) implements Command {}

  /**
   * Who this agent is.
   *
   * @param firstSequence larger than all that earlier agents of this node gave to facts
   * @param leases where the node's lease is renewed
   * @param troubles what is wrong with the node's store now, each a sentence
   * @param files where reading the kernel's files may block
   */
  public record Identity(
      String nodeUid,
      long firstSequence,
      LeaseSource leases,
      Supplier<List<String>> troubles,
      Executor files) {}

  private static final int MAX_WAITING_ORDERS = 10_000;
  private static final Duration SUMMARY_EVERY = Duration.ofSeconds(5);
  private static final Duration RESEND_EVERY = Duration.ofMinutes(1);
  private static final Duration RESEND_PACE = Duration.ofMillis(100);
  private static final int RESEND_AT_ONCE = 50;
  private static final Duration ASK_AGAIN_FIRST = Duration.ofMillis(250);
  private static final Duration ASK_AGAIN_MAX = Duration.ofSeconds(5);

  private static final int RENEWALS_PER_LEASE = 4;
  private static final Duration RENEW_AGAIN = Duration.ofMillis(500);
  private static final Duration RENEW_FOR_MORE = Duration.ofMillis(20);

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final StashBuffer<Command> waiting;
  private final SupervisedNode node;
  private final Identity identity;
  private final Outbox outbox;
  private final Wards wards;
  private UsageSample usage = UsageSample.NONE;
  private Duration askAgainIn = ASK_AGAIN_FIRST;
  private boolean schedulable;
  private boolean leaseWanted;

  private NodeAgent(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      StashBuffer<Command> waiting,
      SupervisedNode node,
      Identity identity) {
    this.context = context;
    this.timers = timers;
    this.waiting = waiting;
    this.node = node;
    this.identity = identity;
    this.outbox = new Outbox(identity.nodeUid(), identity.firstSequence());
    var reports = context.messageAdapter(Report.class, Reported::new);
    this.wards = new Wards(context, timers, node, outbox, reports);
  }

  /** Waits for {@link Begin}; what comes earlier is kept for then. */
  public static Behavior<Command> awaitingMachine(Identity identity) {
    return Behaviors.withStash(
        MAX_WAITING_ORDERS,
        early ->
            Behaviors.receive(Command.class)
                .onMessage(Begin.class, begin -> early.unstashAll(create(begin.node(), identity)))
                .onAnyMessage(
                    command -> {
                      early.stash(command);
                      return Behaviors.same();
                    })
                .build());
  }

  public static Behavior<Command> create(SupervisedNode node, Identity identity) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers ->
                    Behaviors.withStash(
                        MAX_WAITING_ORDERS,
                        waiting ->
                            new NodeAgent(context, timers, waiting, node, identity).adopt())));
  }

  private Behavior<Command> adopt() {
    context.pipeToSelf(
        node.runtime().adopt(),
        (found, failure) -> failure == null ? new Adopted(found) : new AdoptionFailed(failure));
    return Behaviors.receive(Command.class)
        .onMessage(Adopted.class, adopted -> onAdopted(adopted.found()))
        .onMessage(
            AdoptionFailed.class,
            failed -> {
              throw new IllegalStateException(
                  "cannot find out what runs here already: " + failed.cause().getMessage(),
                  failed.cause());
            })
        .onAnyMessage(this::putAside)
        .build();
  }

  private Behavior<Command> onAdopted(List<RunningInstance> found) {
    for (var process : found) {
      wards.adopt(process, InstanceMemory.of(process));
    }
    timers.startTimerWithFixedDelay(Tick.INSTANCE, SUMMARY_EVERY);
    timers.startTimerWithFixedDelay(ResendAll.INSTANCE, RESEND_EVERY);
    timers.startTimerWithFixedDelay(
        RenewLeases.INSTANCE, node.lease().dividedBy(RENEWALS_PER_LEASE));
    renewLeases();
    return waiting.unstashAll(unconfirmed());
  }

  /** What was left runs on untouched; orders to run something wait. */
  private Behavior<Command> unconfirmed() {
    return common()
        .onMessage(
            Assigned.class,
            assigned -> {
              onAssigned(assigned);
              schedulable = true;
              context.getLog().info("node serves {} instances", wards.roster().alive());
              tellSummary();
              return waiting.unstashAll(serving());
            })
        .onMessage(
            Ordered.class,
            ordered -> {
              if (ordered.order() instanceof NodeOrder.Run) {
                return putAside(ordered);
              }
              onOrder(ordered.order());
              return Behaviors.same();
            })
        .build();
  }

  private Behavior<Command> serving() {
    return common()
        .onMessage(Assigned.class, this::onAssigned)
        .onMessage(
            Ordered.class,
            ordered -> {
              onOrder(ordered.order());
              return Behaviors.same();
            })
        .build();
  }

  private BehaviorBuilder<Command> common() {
    return Behaviors.receive(Command.class)
        .onMessage(Reported.class, reported -> done(() -> onReport(reported.report())))
        .onMessage(Connected.class, connected -> done(() -> onConnected(connected.uplink())))
        .onMessage(Disconnected.class, lost -> done(() -> outbox.disconnect(lost.uplink())))
        .onMessage(AssignmentsUnknown.class, unknown -> done(() -> askAgainLater(unknown)))
        .onMessage(AskAgain.class, again -> done(this::askAssignments))
        .onMessage(TellFacts.class, tell -> done(this::tellAll))
        .onMessage(ResendAll.class, all -> done(this::tellAll))
        .onMessage(ResendRest.class, rest -> done(() -> resend(rest.rest())))
        .onMessage(Tick.class, tick -> done(this::sample))
        .onMessage(Sampled.class, sampled -> done(() -> onSampled(sampled.sample())))
        .onMessage(RenewLeases.class, renew -> done(this::renewLeases))
        .onMessage(LeasesRenewed.class, renewed -> done(() -> onRenewed(renewed)))
        .onMessage(LeasesUnknown.class, unknown -> done(() -> renewSoon(unknown)))
        .onMessage(SupervisorGone.class, gone -> done(() -> wards.supervisorGone(gone.key())))
        .onMessage(Respawn.class, respawn -> done(() -> wards.respawn(respawn.key())))
        .onMessage(ForgetOrphan.class, orphan -> done(() -> wards.forgetOrphan(orphan.key())))
        .onMessage(EndAll.class, end -> done(() -> endAll(end.replyTo())));
  }

  private static Behavior<Command> done(Runnable step) {
    step.run();
    return Behaviors.same();
  }

  private Behavior<Command> putAside(Command command) {
    if (waiting.isFull()) {
      context.getLog().warn("too many orders wait for this node's assignments; one is dropped");
    } else {
      waiting.stash(command);
    }
    return Behaviors.same();
  }

  private void onConnected(Uplink uplink) {
    outbox.connect(uplink);
    askAgainIn = ASK_AGAIN_FIRST;
    tellAll();
    askAssignments();
  }

  private void askAssignments() {
    outbox.uplink().ifPresent(this::askAssignments);
  }

  private void askAssignments(Uplink uplink) {
    var hereNow = wards.keys();
    context.pipeToSelf(
        uplink.assignments(),
        (runs, failure) ->
            failure == null
                ? new Assigned(uplink, hereNow, runs)
                : new AssignmentsUnknown(uplink, failure));
  }

  private void askAgainLater(AssignmentsUnknown unknown) {
    if (outbox.uplink().filter(uplink -> uplink == unknown.by()).isEmpty()) {
      return; // Whoever connects next is asked then.
    }
    context.getLog().debug("assignments are not known yet: {}", unknown.cause().getMessage());
    timers.startSingleTimer(AskAgain.INSTANCE, askAgainIn);
    askAgainIn = askAgainIn.multipliedBy(2);
    if (askAgainIn.compareTo(ASK_AGAIN_MAX) > 0) {
      askAgainIn = ASK_AGAIN_MAX;
    }
  }

  private Behavior<Command> onAssigned(Assigned assigned) {
    askAgainIn = ASK_AGAIN_FIRST;
    wards.compareWith(assigned.runs(), assigned.hereThen());
    return Behaviors.same();
  }

  private void onOrder(NodeOrder order) {
    if (order instanceof NodeOrder.Run run) {
      onRun(run);
    } else if (order instanceof NodeOrder.Stop stop) {
      wards.stop(stop.assignment(), stop.reason());
    } else if (order instanceof NodeOrder.Forget forget) {
      wards.forget(forget.assignment());
    }
  }

  private void onRun(NodeOrder.Run run) {
    var before = wards.roster().alive();
    wards
        .run(run, !schedulable)
        .ifPresent(reason -> outbox.refused(run.assignment(), reason, summary()));
    if (wards.roster().alive() != before) {
      tellSummary();
    }
  }

  private void onReport(Report report) {
    if (report instanceof Report.Happened event) {
      outbox.happened(event);
    } else if (report instanceof Report.LeaseWanted) {
      leaseIsWanted();
    } else if (report instanceof Report.Changed changed) {
      wards.changed(changed, this::tellSummary);
    }
  }

  private void tellAll() {
    tellSummary();
    resend(new ArrayDeque<>(wards.roster().all()));
  }

  private void resend(Deque<Roster.Entry> rest) {
    for (int i = 0; i < RESEND_AT_ONCE && !rest.isEmpty(); i++) {
      wards.tell(rest.removeFirst());
    }
    if (!rest.isEmpty()) {
      timers.startSingleTimer("resend", new ResendRest(rest), RESEND_PACE);
    }
  }

  private void sample() {
    if (!wards.roster().hasProcesses()) {
      onSampled(UsageSample.NONE);
      return;
    }
    var before = usage;
    var taken = new CompletableFuture<UsageSample>();
    identity
        .files()
        .execute(
            () -> {
              try {
                taken.complete(before.next(node.runtime().usage(), System.nanoTime()));
              } catch (RuntimeException e) {
                taken.completeExceptionally(e);
              }
            });
    context.pipeToSelf(
        taken,
        (sample, failure) -> {
          if (failure != null) {
            context.getLog().warn("cannot read what instances use: {}", failure.getMessage());
          }
          return new Sampled(failure == null ? sample : before);
        });
  }

  private void onSampled(UsageSample sample) {
    usage = sample;
    tellSummary();
  }

  private void renewLeases() {
    if (wards.roster().hasLeased()) {
      // Counted from here: the majority's clock starts no earlier.
      long sent = node.clock().bootNanos();
      context.pipeToSelf(
          identity.leases().renew(),
          (grants, failure) ->
              failure == null ? new LeasesRenewed(sent, grants) : new LeasesUnknown(failure));
    }
  }

  private void onRenewed(LeasesRenewed renewed) {
    leaseWanted = false;
    wards.renewLeases(renewed.grants(), renewed.sentBootNanos());
  }

  private void renewSoon(LeasesUnknown unknown) {
    context.getLog().debug("the lease was not renewed: {}", unknown.cause().getMessage());
    leaseWanted = false;
    timers.startSingleTimer("renew", RenewLeases.INSTANCE, RENEW_AGAIN);
  }

  /** Of many that begin at once, the first asks for all, and once more for those who came late. */
  private void leaseIsWanted() {
    if (!leaseWanted) {
      leaseWanted = true;
      renewLeases();
    } else if (!timers.isTimerActive("renew")) {
      timers.startSingleTimer("renew", RenewLeases.INSTANCE, RENEW_FOR_MORE);
    }
  }

  private void endAll(ActorRef<Done> replyTo) {
    schedulable = false;
    tellSummary();
    wards.endAll(replyTo);
  }

  private void tellSummary() {
    outbox.summary(summary());
  }

  private NodeFact.Summary summary() {
    return Summaries.of(identity, node, wards.roster(), usage, schedulable, outbox.nextSequence());
  }
}
