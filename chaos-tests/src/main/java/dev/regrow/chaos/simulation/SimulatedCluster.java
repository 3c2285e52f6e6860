package dev.regrow.chaos.simulation;

import dev.regrow.core.codec.RecordsCodec;
import dev.regrow.core.model.Records;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Nodes, what is between them, and who watches. */
final class SimulatedCluster {

  static final String NAMESPACE = "default";

  final Stage stage;
  final Network network;
  final List<SimulatedNode> nodes = new ArrayList<>();
  final Set<Integer> servers = new TreeSet<>();
  final Set<Bug> bugs;
  final Audit audit;
  final Watchers watchers;

  SimulatedCluster(long seed, int nodeCount, int serverCount, Set<Bug> bugs) {
    stage = new Stage(seed);
    network = new Network(stage, nodeCount);
    this.bugs = bugs.isEmpty() ? EnumSet.noneOf(Bug.class) : EnumSet.copyOf(bugs);
    audit = new Audit(this);
    for (int number = 0; number < nodeCount; number++) {
      nodes.add(new SimulatedNode(this, number));
    }
    for (int number = 0; number < serverCount; number++) {
      servers.add(number);
    }
    watchers = new Watchers(this, 3);
    for (var node : nodes) {
      node.disk.log.add(new LogEntry(1, null, founders()));
      node.disk.term = 1;
      node.disk.synced = 1;
      node.slowness = 1 + (stage.random.nextInt(101) - 50) / 10_000.0;
    }
    nodes.forEach(SimulatedNode::start);
    look();
  }

  Set<Peer> founders() {
    var founders = new TreeSet<Peer>();
    servers.forEach(number -> founders.add(new Peer(number, 0)));
    return founders;
  }

  private void look() {
    watchers.look();
    stage.after(300, this::look);
  }

  /** How all is, for people who wonder. */
  String description() {
    var text = new StringBuilder();
    for (var node : nodes) {
      text.append(
          "    %s in [%s], agent %s; store: %s%n"
              .formatted(
                  node.name, node.jvm().membership().cluster(), node.jvm().agent(), node.raft()));
    }
    return text.toString();
  }

  Stream<Machine.Living> processes() {
    return nodes.stream().flatMap(node -> node.machine.alive().stream());
  }

  Optional<SimulatedNode> leader() {
    return nodes.stream()
        .filter(node -> node.isUp() && node.raft().leads())
        .max((a, b) -> Long.compare(a.disk.term, b.disk.term));
  }

  /**
   * Whether the disk of one server may be lost: all others are there, and none of them is still
   * being filled.
   */
  boolean canLoseADisk() {
    return leader()
        .map(leader -> leader.raft().voters())
        .filter(voters -> voters.size() == servers.size())
        .map(
            voters ->
                servers.stream()
                    .map(nodes::get)
                    .allMatch(node -> node.isUp() && voters.contains(node.disk.self)))
        .orElse(false);
  }

  static Records records(SimulatedNode at, String workload) {
    var found = entries(at, RangeQuery.key(Keys.workload(NAMESPACE, workload)));
    return RecordsCodec.records(
        found.isEmpty() ? null : found.get(0),
        entries(at, RangeQuery.prefix(Keys.revisions(NAMESPACE, workload))),
        entries(at, RangeQuery.prefix(Keys.assignments(NAMESPACE, workload))),
        List.of(),
        List.of(),
        at.store().appliedIndex());
  }

  static List<Entry> entries(SimulatedNode at, RangeQuery query) {
    return at.store().replica().read(state -> state.range(query)).entries();
  }
}
