package dev.regrow.core.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.codec.DeclaredCodec;
import dev.regrow.core.codec.RecordsCodec;
import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Change;
import dev.regrow.core.model.Demand;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.Now;
import dev.regrow.core.model.PlaceKey;
import dev.regrow.core.model.Records;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.Resources;
import dev.regrow.v1.StoredAssignment;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A whole control plane on one thread with a clock of its own: twin entities of one workload,
 * nodes, and a network that loses, repeats and delays. Equal seeds run equally.
 */
final class Simulation {

  static final String NAMESPACE = "default";
  static final String NAME = "web";

  final Random random;
  final List<SimulatedNode> nodes = new ArrayList<>();
  final List<Answer> answers = new ArrayList<>();
  final InMemoryStore store = new InMemoryStore();
  final SimulatedLeases leases = new SimulatedLeases(this);
  double loss;
  double repeat;
  private final PriorityQueue<Timed> agenda =
      new PriorityQueue<>(Comparator.comparingLong(Timed::at).thenComparingLong(Timed::order));
  private final Map<Integer, WorkloadState> entities = new HashMap<>();
  private final Map<Integer, Long> alarms = new HashMap<>();
  private final Map<Integer, Input.Asked> asking = new HashMap<>();
  private final Map<Integer, Long> heardOf = new HashMap<>();
  private final Set<Integer> looking = new HashSet<>();

  /** How often all was looked at because of what nodes had told. */
  int looks;

  private long clock = 1_000;
  private long order;

  private record Timed(long at, long order, Runnable task) {}

  Simulation(long seed, int nodeCount, long memoryPerNode) {
    random = new Random(seed);
    for (int n = 1; n <= nodeCount; n++) {
      nodes.add(new SimulatedNode(this, "n" + n, new Demand(100_000, memoryPerNode, 100_000)));
    }
  }

  Now now() {
    return new Now(clock, 1_700_000_000_000L + clock);
  }

  void after(long millis, Runnable task) {
    agenda.add(new Timed(clock + millis, order++, task));
  }

  /** Lets so much time pass, with all that happens in it. */
  void pass(long millis) {
    long until = clock + millis;
    while (!agenda.isEmpty() && agenda.peek().at() <= until) {
      var next = agenda.remove();
      clock = Math.max(clock, next.at());
      next.task().run();
    }
    clock = until;
  }

  /**
   * A message of a node, lost, repeated or late as the network likes; twins hear different ones.
   */
  void fact(Input fact) {
    deliver(() -> input(entity(), fact));
  }

  private int entity() {
    return entities.size() < 2 ? 0 : random.nextInt(2);
  }

  /** All entities hear of a node's loss, or its return, in the order in which they were. */
  void tellEntities(Input news) {
    for (var entity : List.copyOf(entities.keySet())) {
      long at = Math.max(clock + random.nextInt(200), heardOf.getOrDefault(entity, 0L));
      heardOf.put(entity, at);
      after(at - clock, () -> input(entity, news));
    }
  }

  void deliver(Runnable message) {
    if (random.nextDouble() < loss) {
      return;
    }
    int copies = random.nextDouble() < repeat ? 2 : 1;
    for (int copy = 0; copy < copies; copy++) {
      after(1 + random.nextInt(loss > 0 ? 200 : 3), message);
    }
  }

  void ask(Ask ask) {
    ask(0, new Input.Asked(answers.size(), ask, Ask.Expect.NOTHING));
  }

  /** One of the twins is asked, and perhaps not for the first time. */
  void ask(int entity, Ask ask, Ask.Expect expect, Ask.Attempt attempt) {
    ask(entity, new Input.Asked(answers.size(), ask, expect, attempt));
  }

  private void ask(int entity, Input.Asked asked) {
    if (state(entity).busy()) {
      after(5, () -> ask(entity, asked));
      return;
    }
    asking.put(entity, asked);
    input(entity, asked);
  }

  /** A second entity of the same workload, as after a split of the cluster. */
  void haveTwin() {
    state(1);
  }

  /** The assignments as a release wrote them that did not say how long leases are. */
  void forgetLeases() throws InvalidProtocolBufferException {
    var writes = new ArrayList<Txn.Write>();
    for (var entry : entries(RangeQuery.prefix(Keys.assignments(NAMESPACE, NAME)))) {
      var stored = StoredAssignment.parseFrom(entry.value()).toBuilder().clearLeaseMillis();
      writes.add(new Txn.Write.Put(entry.key(), stored.build().toByteString()));
    }
    store.commit(new Txn(List.of(), writes)).toCompletableFuture().join();
    takeOver();
  }

  /** Another server has the workload from now on, and has heard nothing of it yet. */
  void takeOver() {
    entities.put(0, WorkloadState.of(NAMESPACE, NAME, records()));
    wake();
  }

  private WorkloadState state(int entity) {
    return entities.computeIfAbsent(entity, e -> WorkloadState.of(NAMESPACE, NAME, records()));
  }

  void wake() {
    for (var entity : List.copyOf(entities.keySet())) {
      input(entity, new Input.Tick());
    }
    nodes.forEach(SimulatedNode::tellAll);
  }

  private void input(int entity, Input input) {
    var world = new World(now(), nodes.stream().map(SimulatedNode::candidate).toList());
    var decision = WorkloadMachine.step(state(entity), input, world);
    entities.put(entity, decision.state());
    for (var effect : decision.effects()) {
      carryOut(entity, effect);
    }
  }

  private void carryOut(int entity, Effect effect) {
    if (effect instanceof Effect.Commit commit) {
      after(1 + random.nextInt(3), () -> commit(entity, commit));
    } else if (effect instanceof Effect.Reload) {
      after(1, () -> reload(entity));
    } else if (effect instanceof Effect.Reply reply) {
      asking.remove(entity);
      answers.add(reply.answer());
    } else if (effect instanceof Effect.ArmTimer timer) {
      arm(entity, timer.atBootMillis());
    } else if (effect instanceof Effect.ClearTimer) {
      alarms.remove(entity);
    } else if (effect instanceof Effect.Confirm confirm) {
      after(random.nextInt(3), () -> confirm(entity, confirm));
    } else if (effect instanceof Effect.Look look) {
      look(entity, look.afterMillis());
    } else if (effect instanceof Effect.SendRun run) {
      assertStored(run);
      var demand = run.revision().template().demand();
      var program = DeclaredCodec.template(run.revision().template()).getCommand(0);
      long lease = run.assignment().leaseMillis(run.policy());
      var to = node(run.target());
      deliver(() -> to.reach(() -> to.run(run.target(), demand, program, lease)));
    } else if (effect instanceof Effect.AskLease lease) {
      leases.askAge(lease.nodeUid(), age -> input(entity, new Input.LeaseHeard(lease.ids(), age)));
    } else if (effect instanceof Effect.SendStop stop) {
      var to = node(stop.target());
      deliver(() -> to.reach(() -> to.stop(stop.target())));
    } else if (effect instanceof Effect.SendForget forget) {
      var to = node(forget.target());
      deliver(() -> to.reach(() -> to.forget(forget.target())));
    }
  }

  private void confirm(int entity, Effect.Confirm confirm) {
    var workload = records().workload();
    if ((workload == null ? 0 : workload.modIndex()) == confirm.modIndex()) {
      asking.remove(entity);
      answers.add(confirm.answer());
    } else {
      reload(entity);
    }
  }

  private void look(int entity, long afterMillis) {
    if (looking.add(entity)) {
      after(
          afterMillis,
          () -> {
            looking.remove(entity);
            looks++;
            input(entity, new Input.Tick());
          });
    }
  }

  private void assertStored(Effect.SendRun run) {
    assertThat(run.target().epoch()).as("no order before its commit").isPositive();
    assertThat(run.target().epoch()).isLessThanOrEqualTo(store.appliedIndex());
  }

  private void arm(int entity, long at) {
    alarms.put(entity, at);
    after(
        Math.max(1, at - clock),
        () -> {
          if (alarms.getOrDefault(entity, -1L) == at) {
            alarms.remove(entity);
            input(entity, new Input.Tick());
          }
        });
  }

  private SimulatedNode node(Target target) {
    return nodes.stream().filter(n -> n.ref.uid().equals(target.node().uid())).findAny().get();
  }

  private void commit(int entity, Effect.Commit commit) {
    var before = records();
    var txn = RecordsCodec.txn(NAMESPACE, NAME, commit.modIndex(), commit.changes());
    var result = store.commit(txn).toCompletableFuture().join();
    if (result instanceof TxnResult.Committed committed) {
      assertThat(committed.index()).isPositive();
      leases.stored();
      assertNeverTooMany(before, commit);
      boolean lost = random.nextDouble() < loss / 4;
      input(
          entity,
          lost
              ? new Input.CommitFailed(Input.Cause.OUTCOME_UNKNOWN, "no answer in time")
              : new Input.CommitSucceeded(committed.index()));
    } else {
      input(entity, new Input.CommitFailed(Input.Cause.CHANGED, "changed"));
    }
  }

  private void assertNeverTooMany(Records before, Effect.Commit commit) {
    var after = records();
    var workload = after.workload();
    boolean adds =
        commit.changes().stream()
            .anyMatch(c -> c instanceof Change.PutAssignment put && put.assignment().epoch() == 0);
    if (!adds || workload == null) {
      return;
    }
    // What is on a lost node counts for nothing; its slot is checked below.
    long live =
        after.assignments().values().stream()
            .filter(a -> a.ended() == null && a.lease() != Assignment.Lease.GIVEN_UP)
            .filter(a -> nodes.stream().noneMatch(n -> n.ref.equals(a.node()) && n.isDown()))
            .count();
    assertThat(live)
        .as("placed too many: %s after %s", after.assignments(), before.assignments())
        .isLessThanOrEqualTo(workload.replicas() + workload.policy().effectiveSurge());
    if (workload.policy().exclusive()) {
      assertThat(after.assignments().values()).extracting("slot").doesNotHaveDuplicates();
    }
    assertNoDataIsShared(after);
  }

  /** Each directory has one instance: what may still run in it, or the next. */
  private static void assertNoDataIsShared(Records records) {
    var mounted = new ArrayList<PlaceKey>();
    for (var assignment : records.assignments().values()) {
      var revision = Objects.requireNonNull(records.revisions().get(assignment.revision()));
      if (assignment.ended() == null) {
        for (var volume : revision.template().volumes()) {
          mounted.add(new PlaceKey(volume, assignment.slot()));
        }
      }
    }
    assertThat(mounted).as("%s", records.assignments()).doesNotHaveDuplicates();
  }

  private void reload(int entity) {
    input(entity, new Input.Loaded(records()));
    var again = asking.get(entity);
    if (again != null) {
      ask(entity, again);
    }
  }

  /** What is stored now. */
  Records records() {
    var workload = entries(RangeQuery.key(Keys.workload(NAMESPACE, NAME)));
    return RecordsCodec.records(
        workload.isEmpty() ? null : workload.get(0),
        entries(RangeQuery.prefix(Keys.revisions(NAMESPACE, NAME))),
        entries(RangeQuery.prefix(Keys.assignments(NAMESPACE, NAME))),
        entries(RangeQuery.prefix(Keys.events(NAMESPACE, NAME))),
        entries(RangeQuery.prefix(Keys.places(NAMESPACE, NAME))),
        store.appliedIndex());
  }

  /** What would come of a report on each instance, made of the last one. */
  List<Decision> onReports(UnaryOperator<Live> report) {
    var world = new World(now(), nodes.stream().map(SimulatedNode::candidate).toList());
    var records = records();
    return records.assignments().values().stream()
        .map(
            each ->
                WorkloadMachine.step(
                    state(0),
                    new Input.Observed(
                        Target.of(each, Objects.requireNonNull(records.workload()).uid()),
                        report.apply(
                            Objects.requireNonNull(state(0).soft().live().get(each.id())))),
                    world))
        .toList();
  }

  List<Entry> entries(RangeQuery query) {
    return store.range(query).toCompletableFuture().join().entries();
  }

  Status status() {
    var records = records();
    var live = state(0).soft().live();
    var workload = records.workload();
    assertThat(workload).isNotNull();
    return StatusOf.of(
        workload,
        records,
        live,
        Set.of(),
        new World(now(), nodes.stream().map(SimulatedNode::candidate).toList()));
  }

  boolean atPeace() {
    return entities.values().stream()
        .allMatch(s -> WorkloadMachine.atPeace(s, new World(now(), List.of())));
  }

  static Ask.Apply apply(String command, int replicas, UnaryOperator<Workload.Builder> more) {
    var declared =
        Workload.newBuilder()
            .setKind(Kind.SERVICE)
            .setNamespace(NAMESPACE)
            .setName(NAME)
            .setReplicas(replicas)
            .setInstance(
                InstanceTemplate.newBuilder()
                    .addCommand(command)
                    .setNetwork(Network.NONE)
                    .setResources(Resources.newBuilder().setMemory(100L << 20)));
    return new Ask.Apply(
        DeclaredCodec.declared(more.apply(declared).build(), new java.util.TreeMap<>(), ""),
        "uid-1");
  }
}
