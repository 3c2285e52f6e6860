package dev.regrow.chaos.simulation;

import dev.regrow.actors.agent.Admission;
import dev.regrow.actors.agent.Claim;
import dev.regrow.actors.agent.LeaseSource.Grant;
import dev.regrow.actors.agent.Recollection;
import dev.regrow.actors.bootstrap.StoreLeases;
import dev.regrow.actors.control.AssignedRuns;
import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.core.model.LeaseTerms;
import dev.regrow.core.model.Ports;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The agent of a node: takes in and refuses as the real one, on a machine without a kernel. */
final class Agent {

  private static final long SUMMARY_EVERY = 2_000;
  private static final long RESEND_EVERY = 10_000;
  private static final Claim CAPACITY = new Claim(8_000, 8L << 30, 4_096, Ports.NONE);

  private final SimulatedNode node;
  private final NodeStore store;
  private final StoreLeases leases;
  private final Recollection recollection = new Recollection();
  private final Map<String, Ward> wards = new TreeMap<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean serving;
  private long sequence;

  /** One instance in its care. */
  private static final class Ward {
    NodeOrder.Run run;
    Machine.@Nullable Living process;
    InstancePhase phase = InstancePhase.INSTANCE_STARTING;
    int restarts;
    boolean starting;
    long deadline;

    Ward(NodeOrder.Run run) {
      this.run = run;
    }

    boolean over() {
      return phase == InstancePhase.INSTANCE_EXITED || phase == InstancePhase.INSTANCE_FAILED;
    }

    boolean leased() {
      return run.exclusive() || run.stopAfterMillis() > 0;
    }
  }

  Agent(SimulatedNode node, NodeStore store) {
    this.node = node;
    this.store = store;
    leases = new StoreLeases(node.uid, () -> Optional.of(store));
    sequence = node.life() * 1_000_000L;
  }

  void start() {
    for (var process : node.machine.alive()) {
      var ward = new Ward(process.run);
      ward.process = process;
      ward.phase = InstancePhase.INSTANCE_RUNNING;
      ward.deadline = process.deadline;
      process.exited = ended -> node.receive(at -> exited(ward, ended));
      wards.put(key(process.run.assignment()), ward);
      recollection.sawEpoch(process.run.assignment());
    }
    askAssignments();
    every(SUMMARY_EVERY, this::tellSummary);
    every(RESEND_EVERY, this::tellAll);
    every((long) (LeaseTerms.RENEWAL_MILLIS * node.slowness), this::renew);
  }

  private void every(long millis, Runnable task) {
    node.later(
        millis,
        () -> {
          task.run();
          every(millis, task);
        });
  }

  private static String key(AssignmentRef assignment) {
    return assignment.workload() + "/" + assignment.instanceId();
  }

  private void askAssignments() {
    var hereThen = new HashSet<>(wards.keySet());
    new AssignedRuns(store)
        .of(node.uid)
        .whenComplete(
            (runs, failure) -> {
              if (failure != null) {
                node.later(500, this::askAssignments);
              } else {
                compareWith(runs, hereThen);
              }
            });
  }

  private void compareWith(List<NodeOrder.Run> runs, Set<String> hereThen) {
    var assigned = new HashMap<String, NodeOrder.Run>();
    runs.forEach(run -> assigned.putIfAbsent(key(run.assignment()), run));
    for (var ward : List.copyOf(wards.values())) {
      var run = assigned.remove(key(ward.run.assignment()));
      if (run == null && hereThen.contains(key(ward.run.assignment()))) {
        stop(ward.run.assignment());
      }
    }
    new TreeMap<>(assigned)
        .values().stream()
            .filter(run -> !recollection.hasEnded(run.assignment()))
            .forEach(run -> begin(run, false));
    serving = true;
    tellSummary();
    waiting.forEach(Runnable::run);
    waiting.clear();
  }

  void onOrder(NodeOrder order) {
    if (order instanceof NodeOrder.Run run) {
      if (serving) {
        run(run);
      } else {
        waiting.add(() -> run(run));
      }
    } else if (order instanceof NodeOrder.Stop stop) {
      stop(stop.assignment());
    } else if (order instanceof NodeOrder.Forget forget) {
      forget(forget.assignment());
    }
  }

  private void run(NodeOrder.Run run) {
    var assignment = run.assignment();
    var here = Optional.ofNullable(wards.get(key(assignment)));
    boolean blind = node.has(Bug.SKIP_EPOCH_CHECK);
    var reserved =
        wards.values().stream()
            .filter(ward -> !ward.over())
            .map(ward -> Claim.of(ward.run.template()))
            .reduce(Claim.NONE, Claim::plus);
    var view =
        new Admission.View(
            CAPACITY,
            reserved,
            false,
            here.map(ward -> ward.run.assignment()),
            !blind && recollection.hasEnded(assignment),
            blind ? 0 : recollection.newestEpoch(assignment));
    var answer = Admission.decide(run, view);
    if (answer instanceof Admission.Refuse refusal) {
      tell(new NodeFact.Refused(node.uid, assignment, refusal.reason(), summary()));
    } else if (answer instanceof Admission.Accept) {
      begin(run, true);
      tellSummary();
    } else if (here.isPresent()) {
      confirm(here.get(), run);
    } else {
      tellGone(assignment);
    }
  }

  private void confirm(Ward ward, NodeOrder.Run run) {
    ward.run = run;
    if (node.has(Bug.DOUBLE_START) && ward.process != null) {
      node.machine.start(run, false, 0);
    }
    tell(ward);
  }

  private void begin(NodeOrder.Run run, boolean ordered) {
    node.cluster.audit.taken(node, run.assignment(), ordered);
    recollection.sawEpoch(run.assignment());
    var ward = new Ward(run);
    wards.put(key(run.assignment()), ward);
    tell(ward);
    launch(ward);
  }

  private void launch(Ward ward) {
    boolean idle = ward.process == null && !ward.starting && !ward.over();
    boolean granted = !ward.leased() || node.has(Bug.IGNORE_LEASE) || left(ward) > 1_000;
    if (!idle || ward.phase == InstancePhase.INSTANCE_STOPPING) {
      return;
    }
    if (!granted) {
      renew();
      return;
    }
    ward.starting = true;
    node.later(5 + node.between(0, 150), () -> exec(ward));
  }

  private long left(Ward ward) {
    return ward.deadline - node.millis();
  }

  /** The shim has the last word: not once the lease is over. */
  private void exec(Ward ward) {
    ward.starting = false;
    boolean late = ward.leased() && left(ward) <= 0 && !node.has(Bug.IGNORE_LEASE);
    if (ward.over() || ward.phase == InstancePhase.INSTANCE_STOPPING || late) {
      return;
    }
    var process = node.machine.start(ward.run, ward.leased(), ward.deadline);
    process.exited = ended -> node.receive(at -> exited(ward, ended));
    ward.process = process;
    ward.phase = InstancePhase.INSTANCE_RUNNING;
    tell(ward);
  }

  private void exited(Ward ward, Machine.Living process) {
    if (ward.process != process) {
      return;
    }
    ward.process = null;
    if (ward.phase == InstancePhase.INSTANCE_STOPPING) {
      over(ward);
      return;
    }
    ward.restarts++;
    ward.phase = InstancePhase.INSTANCE_BACKOFF;
    tell(ward);
    node.later(100, () -> launch(ward));
  }

  private void over(Ward ward) {
    ward.phase = InstancePhase.INSTANCE_EXITED;
    tellSummary();
    tell(ward);
  }

  private void stop(AssignmentRef assignment) {
    recollection.ended(assignment);
    var ward = wards.get(key(assignment));
    if (ward == null) {
      tellGone(assignment);
      return;
    }
    if (ward.over() || ward.phase == InstancePhase.INSTANCE_STOPPING) {
      tell(ward);
      return;
    }
    ward.phase = InstancePhase.INSTANCE_STOPPING;
    tell(ward);
    var process = ward.process;
    if (process == null) {
      over(ward);
    } else {
      node.cluster.stage.after(node.between(10, 300), () -> node.machine.end(process));
    }
  }

  private void forget(AssignmentRef assignment) {
    recollection.ended(assignment);
    var ward = wards.get(key(assignment));
    if (ward != null && ward.over()) {
      wards.remove(key(assignment));
    } else if (ward != null) {
      stop(assignment);
    }
  }

  private void renew() {
    if (wards.values().stream().anyMatch(ward -> ward.leased() && !ward.over())) {
      long sent = node.millis();
      leases
          .renew()
          .whenComplete(
              (grants, failure) -> {
                if (failure == null) {
                  granted(sent, grants);
                }
              });
    }
  }

  private void granted(long sent, List<Grant> grants) {
    long until = sent + (long) (LeaseTerms.LENGTH_MILLIS * node.slowness);
    for (var grant : grants) {
      var ward = wards.get(grant.key().workload() + "/" + grant.key().instanceId());
      if (ward == null || !ward.leased() || ward.run.assignment().epoch() != grant.epoch()) {
        continue;
      }
      if (ward.process != null || grant.run()) {
        ward.deadline = Math.max(ward.deadline, until);
      }
      if (ward.process != null) {
        ward.process.deadline = Math.max(ward.process.deadline, until);
      } else if (grant.run()) {
        launch(ward);
      }
    }
  }

  /** Its instances, for people who wonder. */
  @Override
  public String toString() {
    var text = new StringBuilder(serving ? "serves" : "does not serve yet");
    wards.forEach(
        (key, ward) ->
            text.append(" %s: %s, lease for %d ms".formatted(key, ward.phase, left(ward))));
    return text.toString();
  }

  void tellAll() {
    tellSummary();
    List.copyOf(wards.values()).forEach(this::tell);
  }

  private void tell(Ward ward) {
    var at = ward.run.assignment();
    var instance =
        Instance.newBuilder()
            .setId(at.instanceId())
            .setNamespace(at.namespace())
            .setWorkload(at.workload())
            .setSlot(at.slot())
            .setRevision(at.revision())
            .setNode(node.name)
            .setPhase(ward.phase)
            .setRestarts(ward.restarts)
            .setReady(ward.phase == InstancePhase.INSTANCE_RUNNING)
            .build();
    tell(new NodeFact.Observed(node.uid, at, instance, ++sequence));
  }

  private void tellGone(AssignmentRef at) {
    var instance =
        Instance.newBuilder()
            .setId(at.instanceId())
            .setPhase(InstancePhase.INSTANCE_EXITED)
            .setNode(node.name)
            .build();
    tell(new NodeFact.Observed(node.uid, at, instance, ++sequence));
  }

  private void tellSummary() {
    tell(summary());
  }

  private NodeFact.Summary summary() {
    var reserved =
        wards.values().stream()
            .filter(ward -> !ward.over())
            .map(ward -> Claim.of(ward.run.template()))
            .reduce(Claim.NONE, Claim::plus);
    return new NodeFact.Summary(
        node.uid,
        node.name,
        CAPACITY.cpuMillis(),
        CAPACITY.memoryBytes(),
        CAPACITY.pids(),
        reserved.cpuMillis(),
        reserved.memoryBytes(),
        reserved.pids(),
        0,
        0,
        wards.size(),
        serving,
        List.of(),
        ++sequence,
        List.of());
  }

  private void tell(NodeFact fact) {
    for (var other : node.cluster.nodes) {
      node.send(other.number, at -> at.hears(fact));
    }
  }
}
