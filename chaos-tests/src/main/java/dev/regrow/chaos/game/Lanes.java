package dev.regrow.chaos.game;

import dev.regrow.chaos.report.RunReport.Lane;
import dev.regrow.chaos.report.RunReport.Span;
import dev.regrow.chaos.report.RunReport.State;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What nodes and instances were, from one look to the next, as spans. */
final class Lanes {

  private record Row(Lane.Of of, String name) {}

  private record Seen(State state, String detail) {}

  private final Map<Row, List<Span>> spans = new LinkedHashMap<>();

  /** Who is, and how. A slot may have two instances for a while: the better one counts. */
  void saw(long atMillis, List<Node> nodes, List<Instance> instances) {
    Map<String, Seen> seenNodes = new TreeMap<>();
    nodes.forEach(node -> seenNodes.put(node.getName(), new Seen(state(node), node.getName())));
    seenNodes.forEach((name, seen) -> add(new Row(Lane.Of.NODE, name), atMillis, seen));
    Map<String, Seen> slots = new TreeMap<>();
    for (Instance instance : instances) {
      var seen = new Seen(state(instance), detail(instance));
      slots.merge(
          instance.getSlot(),
          seen,
          (one, other) -> one.state().compareTo(other.state()) <= 0 ? one : other);
    }
    slots.forEach((slot, seen) -> add(new Row(Lane.Of.INSTANCE, slot), atMillis, seen));
  }

  private static String detail(Instance instance) {
    var on = instance.getNode().isEmpty() ? "nowhere yet" : "on " + instance.getNode();
    return "%s %s, attempt %d".formatted(instance.getSlot(), on, instance.getAttempt());
  }

  private static State state(Node node) {
    return switch (node.getPhase()) {
      case NODE_READY -> State.READY;
      case NODE_CORDONED, NODE_DRAINING -> State.UNREADY;
      case NODE_UNREACHABLE -> State.LOST;
      case NODE_DOWN -> State.DOWN;
      case NODE_PHASE_UNSPECIFIED, UNRECOGNIZED -> State.LOST;
    };
  }

  private static State state(Instance instance) {
    return switch (instance.getPhase()) {
      case INSTANCE_RUNNING -> instance.getReady() ? State.READY : State.UNREADY;
      case INSTANCE_PENDING, INSTANCE_STARTING, INSTANCE_STOPPING -> State.STARTING;
      case INSTANCE_BACKOFF, INSTANCE_EXITED, INSTANCE_FAILED -> State.DOWN;
      case INSTANCE_LOST, INSTANCE_PHASE_UNSPECIFIED, UNRECOGNIZED -> State.LOST;
    };
  }

  private void add(Row row, long atMillis, Seen seen) {
    var lane = spans.computeIfAbsent(row, fresh -> new ArrayList<>());
    if (!lane.isEmpty()) {
      var last = lane.remove(lane.size() - 1);
      lane.add(new Span(last.fromMillis(), atMillis, last.state(), last.detail()));
      if (last.state() == seen.state() && last.detail().equals(seen.detail())) {
        return;
      }
    }
    lane.add(new Span(atMillis, atMillis, seen.state(), seen.detail()));
  }

  /** Nodes first, each by name. */
  List<Lane> all() {
    return spans.entrySet().stream()
        .map(entry -> new Lane(entry.getKey().name(), entry.getKey().of(), entry.getValue()))
        .sorted(Lane.IN_ORDER)
        .toList();
  }
}
