package dev.regrow.actors.agent;

import dev.regrow.actors.instance.InstanceMemory;
import dev.regrow.actors.instance.InstanceSupervisor;
import dev.regrow.actors.instance.Report;
import dev.regrow.actors.instance.SupervisedNode;
import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** The instances in an agent's care: carries out what was decided about them. */
final class Wards {

  /** So long what ended without being assigned stays to be looked at. */
  private static final Duration ORPHAN_KEPT = Duration.ofMinutes(10);

  /** A supervisor that failed is replaced, but never in a tight loop. */
  private static final Duration RESPAWN_AFTER = Duration.ofSeconds(1);

  private final ActorContext<NodeAgent.Command> context;
  private final TimerScheduler<NodeAgent.Command> timers;
  private final SupervisedNode node;
  private final Outbox outbox;
  private final ActorRef<Report> reports;
  private final Claim capacity;
  private final Roster roster;
  private final Recollection recollection = new Recollection();
  private final List<ActorRef<Done>> awaitingEnd = new ArrayList<>();
  private long spawned;

  Wards(
      ActorContext<NodeAgent.Command> context,
      TimerScheduler<NodeAgent.Command> timers,
      SupervisedNode node,
      Outbox outbox,
      ActorRef<Report> reports) {
    this.context = context;
    this.timers = timers;
    this.node = node;
    this.outbox = outbox;
    this.reports = reports;
    this.roster = new Roster(new Claim(0, 0, 0, node.ownPorts()));
    this.capacity = Claim.of(node.runtime().machine());
  }

  Roster roster() {
    return roster;
  }

  Set<String> keys() {
    return roster.all().stream().map(Wards::keyOf).collect(Collectors.toSet());
  }

  void adopt(RunningInstance process, InstanceMemory memory) {
    var supervisor =
        spawn(memory.assignment(), InstanceSupervisor.adopt(node, process, memory, reports));
    recollection.sawEpoch(memory.assignment());
    roster.put(
        new Roster.Entry(
            supervisor,
            memory.assignment(),
            Claim.of(memory.resources(), memory.hostPorts()),
            memory.leased(),
            null));
  }

  /** Returns why not, if not. */
  Optional<String> run(NodeOrder.Run run, boolean leaving) {
    var assignment = run.assignment();
    var here = roster.find(assignment);
    var admission =
        Admission.decide(
            run,
            new Admission.View(
                capacity,
                roster.reservedFor(assignment),
                leaving,
                here.map(entry -> entry.assignment),
                recollection.hasEnded(assignment),
                recollection.newestEpoch(assignment)));
    if (admission instanceof Admission.Refuse refusal) {
      return Optional.of(refusal.reason());
    }
    if (admission instanceof Admission.Accept) {
      start(run);
    } else if (here.isPresent()) {
      confirm(here.get(), run);
      tell(here.get());
    } else {
      tellGone(assignment);
    }
    return Optional.empty();
  }

  /** Starts what is missing, confirms what is right, stops what is not assigned here any more. */
  void compareWith(List<NodeOrder.Run> runs, Set<String> hereThen) {
    Map<String, NodeOrder.Run> assigned =
        runs.stream()
            .collect(
                Collectors.toMap(
                    run -> Roster.keyOf(run.assignment()).toString(),
                    Function.identity(),
                    (first, second) -> first));
    for (var entry : roster.all()) {
      var run = assigned.remove(keyOf(entry));
      if (run != null) {
        confirm(entry, run);
      } else if (hereThen.contains(keyOf(entry))) {
        abandon(entry);
      }
    }
    assigned.values().stream()
        .filter(run -> !recollection.hasEnded(run.assignment()))
        .forEach(this::start);
  }

  private void start(NodeOrder.Run run) {
    var supervisor = spawn(run.assignment(), InstanceSupervisor.start(node, run, reports));
    recollection.sawEpoch(run.assignment());
    roster.put(
        new Roster.Entry(
            supervisor,
            run.assignment(),
            Claim.of(run.template()),
            InstanceMemory.of(run).leased(),
            run));
  }

  private void confirm(Roster.Entry entry, NodeOrder.Run run) {
    boolean isNews = entry.run == null || run.assignment().epoch() > entry.assignment.epoch();
    if (isNews && !recollection.hasEnded(run.assignment())) {
      entry.run = run;
      entry.leased |= InstanceMemory.of(run).leased();
      entry.assignment = run.assignment();
      recollection.sawEpoch(run.assignment());
      entry.supervisor.tell(new InstanceSupervisor.Confirm(run));
    }
  }

  private void abandon(Roster.Entry entry) {
    if (entry.over) {
      keepOrphan(entry);
    } else {
      context.getLog().info("{} is not assigned to this node any more: stopping", keyOf(entry));
      stop(entry.assignment, "not assigned to this node any more");
    }
  }

  void stop(AssignmentRef assignment, String why) {
    recollection.ended(assignment);
    var entry = roster.find(assignment);
    if (entry.isEmpty() || !entry.get().assignment.workloadUid().equals(assignment.workloadUid())) {
      tellGone(assignment);
    } else if (entry.get().over) {
      tell(entry.get());
    } else {
      entry.get().supervisor.tell(new InstanceSupervisor.Stop(why));
    }
  }

  void forget(AssignmentRef assignment) {
    recollection.ended(assignment);
    roster
        .find(assignment)
        .filter(entry -> entry.assignment.workloadUid().equals(assignment.workloadUid()))
        .ifPresent(
            entry -> {
              entry.forgetWhenOver = true;
              if (entry.over) {
                remove(entry);
              } else {
                stop(assignment, "its end is on record already");
              }
            });
  }

  /**
   * Takes in what a supervisor said.
   *
   * @param released runs when the node has reserved less, before the end is told: whoever acts on
   *     the end finds the room
   */
  void changed(Report.Changed changed, Runnable released) {
    var found = roster.find(changed.assignment());
    if (found.isEmpty()) {
      return;
    }
    var entry = found.get();
    boolean ended = changed.over() && !entry.over;
    entry.instance = changed.instance();
    entry.process = changed.process();
    entry.over = changed.over();
    if (ended) {
      released.run();
    }
    tell(entry);
    if (ended) {
      onOver(entry);
    }
  }

  private void onOver(Roster.Entry entry) {
    if (entry.forgetWhenOver) {
      remove(entry);
    } else if (entry.run == null) {
      keepOrphan(entry);
    }
    answerOnceAllEnded();
  }

  private void keepOrphan(Roster.Entry entry) {
    var key = keyOf(entry);
    timers.startSingleTimer("orphan " + key, new NodeAgent.ForgetOrphan(key), ORPHAN_KEPT);
  }

  void forgetOrphan(String key) {
    roster.all().stream()
        .filter(entry -> keyOf(entry).equals(key) && entry.over)
        .forEach(this::remove);
  }

  private void remove(Roster.Entry entry) {
    roster.remove(entry);
    timers.cancel("orphan " + keyOf(entry));
    context.stop(entry.supervisor);
    var key = Roster.keyOf(entry.assignment);
    var log = context.getLog();
    node.runtime()
        .discard(key)
        .thenCompose(nothing -> node.runtime().forget(key))
        .whenComplete(
            (nothing, failure) -> {
              if (failure != null) {
                log.warn("what {} left behind is not all gone: {}", key, failure.getMessage());
              }
            });
  }

  void endAll(ActorRef<Done> replyTo) {
    awaitingEnd.add(replyTo);
    for (var entry : roster.all()) {
      if (!entry.over) {
        entry.supervisor.tell(new InstanceSupervisor.Stop("the node is being taken down"));
      }
    }
    answerOnceAllEnded();
  }

  private void answerOnceAllEnded() {
    if (!awaitingEnd.isEmpty() && roster.alive() == 0) {
      roster.all().forEach(entry -> node.runtime().discard(Roster.keyOf(entry.assignment)));
      awaitingEnd.forEach(replyTo -> replyTo.tell(Done.getInstance()));
      awaitingEnd.clear();
    }
  }

  /** The majority granted leases; who holds one that is not among them gets no more time. */
  void renewLeases(List<LeaseSource.Grant> grants, long sentBootNanos) {
    for (var grant : grants) {
      roster
          .find(grant.key())
          .filter(entry -> entry.leased && entry.assignment.epoch() == grant.epoch())
          .ifPresent(
              entry ->
                  entry.supervisor.tell(
                      new InstanceSupervisor.RenewLease(sentBootNanos, grant.run())));
    }
  }

  void tell(Roster.Entry entry) {
    if (entry.instance != null) {
      outbox.observed(entry.assignment, entry.instance);
    }
  }

  /** There is no such instance here, and there will be none. */
  private void tellGone(AssignmentRef assignment) {
    outbox.observed(
        assignment,
        Instance.newBuilder()
            .setId(assignment.instanceId())
            .setNamespace(assignment.namespace())
            .setWorkload(assignment.workload())
            .setSlot(assignment.slot())
            .setRevision(assignment.revision())
            .setNode(node.name())
            .setPhase(InstancePhase.INSTANCE_EXITED)
            .setMessage("the node has no such instance")
            .build());
  }

  void supervisorGone(String key) {
    if (find(key).isPresent()) {
      context.getLog().error("the supervisor of {} failed; another takes over", key);
      timers.startSingleTimer("respawn " + key, new NodeAgent.Respawn(key), RESPAWN_AFTER);
    }
  }

  void respawn(String key) {
    find(key).ifPresent(this::respawn);
  }

  private void respawn(Roster.Entry entry) {
    if (entry.process != null) {
      var memory = InstanceMemory.of(entry.process);
      entry.supervisor =
          spawn(entry.assignment, InstanceSupervisor.adopt(node, entry.process, memory, reports));
      if (entry.run != null) {
        entry.supervisor.tell(new InstanceSupervisor.Confirm(entry.run));
      }
    } else if (entry.run != null && !entry.over) {
      entry.supervisor =
          spawn(entry.assignment, InstanceSupervisor.start(node, entry.run, reports));
    }
  }

  private Optional<Roster.Entry> find(String key) {
    return roster.all().stream().filter(entry -> keyOf(entry).equals(key)).findFirst();
  }

  private ActorRef<InstanceSupervisor.Command> spawn(
      AssignmentRef assignment, Behavior<InstanceSupervisor.Command> behavior) {
    // Stopped by default when it throws: the watch below then replaces it.
    var supervisor = context.spawn(behavior, "%s.%d".formatted(assignment.instanceId(), ++spawned));
    context.watchWith(
        supervisor, new NodeAgent.SupervisorGone(Roster.keyOf(assignment).toString()));
    return supervisor;
  }

  private static String keyOf(Roster.Entry entry) {
    return Roster.keyOf(entry.assignment).toString();
  }
}
