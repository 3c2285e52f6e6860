package dev.regrow.chaos.simulation;

import dev.regrow.chaos.history.Linearizability;
import dev.regrow.chaos.history.Operation;
import dev.regrow.chaos.history.Operation.Outcome;
import dev.regrow.core.codec.DeclaredCodec;
import dev.regrow.core.lifecycle.Answer;
import dev.regrow.core.lifecycle.Ask;
import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Records;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.Resources;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One schedule from beginning to end: all is well first, and is to be well again after it. */
final class Run {

  private static final long FORMING = 15_000;
  private static final long PATIENCE = 9_000;

  /** Replacement of what many lost nodes ran is spread over a minute. */
  private static final long CONVERGE_WITHIN = 150_000;

  private static final long STEPS_MAX = 400_000;
  private static final List<String> WORKLOADS = List.of("web", "db", "reg", "tmp");

  private final Schedule schedule;
  private final SimulatedCluster cluster;
  private final List<Operation> history = new ArrayList<>();
  private int clients;

  Run(Schedule schedule, Set<Bug> bugs) {
    this.schedule = schedule;
    cluster = new SimulatedCluster(schedule.seed(), Schedule.NODES, schedule.servers(), bugs);
  }

  long digest() {
    return cluster.stage.digest();
  }

  List<Audit.Violation> broken() {
    return cluster.audit.violations();
  }

  void play() {
    await(FORMING, 1);
    perform(new Event.Apply(0, "web", "v", 2));
    perform(new Event.Apply(1, "db", "v", 2));
    perform(new Event.Apply(2, "reg", "v", 1));
    await(FORMING, 1);
    var faults = new Faults(cluster);
    for (var event : schedule.events()) {
      cluster.stage.after(
          event.atMillis(),
          () -> {
            if (!faults.begin(event.action())) {
              perform(event.action());
            }
          });
    }
    cluster.stage.pass(Schedule.LENGTH_MILLIS);
    faults.endAll();
    cluster.stage.pass(PATIENCE);
    converge();
    judge();
  }

  private void converge() {
    var trouble = await(CONVERGE_WITHIN, 2);
    if (trouble != null) {
      cluster.audit.broken("all is as declared again", trouble + "\n" + cluster.description());
    }
  }

  /** Until all is well in so many looks in a row; what is not, if it never is. */
  private @Nullable String await(long millis, int looks) {
    long until = cluster.stage.millis() + millis;
    int well = 0;
    while (cluster.stage.millis() < until && well < looks) {
      cluster.stage.pass(500);
      well = trouble() == null ? well + 1 : 0;
    }
    return trouble();
  }

  /** What is not as declared; null: all is. */
  private @Nullable String trouble() {
    var leader = cluster.leader();
    if (leader.isEmpty()) {
      return "the store has no leader";
    }
    var at = leader.get();
    if (at.raft().voters().size() < schedule.servers()) {
      return "the store has voters " + at.raft().voters();
    }
    for (var node : cluster.nodes) {
      if (!node.jvm().membership().cluster().equals(incarnation(at))) {
        return node.name + " is not in the cluster";
      }
    }
    for (var name : WORKLOADS) {
      var trouble = trouble(at, name);
      if (trouble != null) {
        return trouble;
      }
    }
    return null;
  }

  private String incarnation(SimulatedNode at) {
    var found = SimulatedCluster.entries(at, RangeQuery.key(Keys.INCARNATION));
    try {
      return found.isEmpty()
          ? "-"
          : dev.regrow.v1.StoredIncarnation.parseFrom(found.get(0).value()).getUniqueAddress();
    } catch (com.google.protobuf.InvalidProtocolBufferException garbage) {
      throw new IllegalStateException(garbage);
    }
  }

  private @Nullable String trouble(SimulatedNode at, String name) {
    var records = SimulatedCluster.records(at, name);
    var workload = records.workload();
    int wanted = workload == null || workload.deleted() ? 0 : workload.replicas();
    var ids = new ArrayList<String>();
    for (var assignment : records.assignments().values()) {
      if (assignment.intent() == Assignment.Intent.RUN && assignment.ended() == null) {
        ids.add(assignment.id().value());
      }
    }
    var running =
        cluster
            .processes()
            .filter(p -> p.run.assignment().workload().equals(name))
            .map(p -> p.run.assignment().instanceId())
            .sorted()
            .toList();
    boolean current =
        workload == null
            || records.assignments().values().stream()
                .allMatch(
                    a ->
                        a.revision() == workload.rollout().revision()
                            && a.restartGeneration() == workload.rollout().restartGeneration());
    return ids.size() == wanted && running.equals(ids.stream().sorted().toList()) && current
        ? null
        : "%s wants %d, runs %s, current: %s; assigned: %s"
            .formatted(name, wanted, running, current, assigned(records));
  }

  private static List<String> assigned(Records records) {
    return records.assignments().values().stream()
        .map(
            a ->
                "%s on %s %s, lease %s, epoch %d"
                    .formatted(a.id(), a.node().name(), a.intent(), a.lease(), a.epoch()))
        .toList();
  }

  private void judge() {
    cluster
        .leader()
        .ifPresent(
            leader -> {
              cluster.audit.judgeDurability(leader.store().appliedIndex());
              cluster.watchers.judge(leader);
            });
    Linearizability.faults(history, STEPS_MAX)
        .forEach(
            (key, verdict) -> {
              if (verdict instanceof Linearizability.Impossible) {
                cluster.audit.broken("answers are linearizable", key + ": " + verdict);
              }
            });
  }

  private void perform(Event.Action action) {
    if (action instanceof Event.Apply apply) {
      ask(apply.via(), apply.workload(), declared(apply), write(apply.replicas()));
    } else if (action instanceof Event.Scale scale) {
      ask(scale.via(), scale.workload(), new Ask.Scale(scale.replicas()), write(scale.replicas()));
    } else if (action instanceof Event.Restart restart) {
      ask(restart.via(), restart.workload(), new Ask.Restart(), write(0));
    } else if (action instanceof Event.Delete delete) {
      ask(delete.via(), delete.workload(), new Ask.Delete(), write(0));
    } else if (action instanceof Event.Read read) {
      read(read);
    }
  }

  private static Operation.Action write(int replicas) {
    return new Operation.Write(Integer.toString(replicas));
  }

  private static Ask declared(Event.Apply apply) {
    var declared =
        Workload.newBuilder()
            .setKind(Kind.SERVICE)
            .setNamespace(SimulatedCluster.NAMESPACE)
            .setName(apply.workload())
            .setReplicas(apply.replicas())
            .setExclusive(apply.workload().equals("db"))
            .setInstance(
                InstanceTemplate.newBuilder()
                    .addCommand(apply.command())
                    .setNetwork(Network.NONE)
                    .setResources(Resources.newBuilder().setMemory(100L << 20)));
    return new Ask.Apply(
        DeclaredCodec.declared(declared.build(), new TreeMap<>(), ""),
        "uid-" + apply.workload() + "-" + apply.command());
  }

  /** A client that asks a node, and gives up after a while. */
  private void ask(int via, String workload, Ask ask, Operation.Action action) {
    var done = ended(workload, action);
    cluster
        .nodes
        .get(via)
        .receive(
            at ->
                at.jvm()
                    .hosting()
                    .ask(
                        workload,
                        ask,
                        answer ->
                            done.accept(
                                answer instanceof Answer.Refused refused
                                    ? outcome(refused.why())
                                    : Outcome.OK)));
  }

  private static Outcome outcome(Answer.Why why) {
    return why == Answer.Why.OUTCOME_UNKNOWN ? Outcome.UNKNOWN : Outcome.NOT_APPLIED;
  }

  private Consumer<Outcome> ended(String workload, Operation.Action action) {
    long began = cluster.stage.millis();
    int client = clients++;
    var open = new boolean[] {true};
    Consumer<Outcome> end =
        outcome -> {
          if (open[0] && workload.equals("reg")) {
            boolean known = outcome != Outcome.UNKNOWN;
            long at = known ? cluster.stage.millis() : Operation.NEVER;
            history.add(new Operation(client, workload, action, outcome, began, at));
          }
          open[0] = false;
        };
    cluster.stage.after(PATIENCE, () -> end.accept(Outcome.UNKNOWN));
    return end;
  }

  private void read(Event.Read read) {
    long began = cluster.stage.millis();
    int client = clients++;
    var key = RangeQuery.key(Keys.workload(SimulatedCluster.NAMESPACE, read.workload()));
    cluster
        .nodes
        .get(read.via())
        .receive(
            at ->
                at.store()
                    .range(key.linearizable())
                    .thenAccept(
                        found -> {
                          var seen =
                              found.entries().isEmpty()
                                  ? null
                                  : Integer.toString(
                                      dev.regrow.core.codec.WorkloadCodec.workload(
                                              found.entries().get(0))
                                          .replicas());
                          history.add(
                              new Operation(
                                  client,
                                  read.workload(),
                                  new Operation.Read(seen),
                                  Outcome.OK,
                                  began,
                                  cluster.stage.millis()));
                        }));
  }
}
