package dev.regrow.core.placement;

import dev.regrow.core.placement.PassedOver.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Gathers why nodes were passed over: each node where they are few, else each reason. */
final class Reasons {

  /** So many nodes are told one by one. */
  static final int FEW = 8;

  private static final int EXAMPLES = 3;

  private final boolean few;
  private final Map<String, Group> groups = new LinkedHashMap<>();

  /** The last one again, which it mostly is where nodes are many. */
  private @Nullable Group last;

  private @Nullable String lastKey;

  /** All nodes with one reason. */
  private static final class Group {
    private Reason nearest;
    private @Nullable String nearestName;
    private int nodes;
    private final List<String> examples = new ArrayList<>();

    Group(Reason first) {
      nearest = first;
    }
  }

  Reasons(int nodes) {
    few = nodes <= FEW;
  }

  void add(String name, Reason reason) {
    var group = group(few ? reason.kind() + " " + name : reason.kind(), reason);
    if (group.nearestName == null || reason.missing() < group.nearest.missing()) {
      group.nearest = reason;
      group.nearestName = name;
    }
    group.nodes++;
    if (group.examples.size() < EXAMPLES) {
      group.examples.add(name);
    }
  }

  /** Nodes that were not looked at one by one. */
  void add(int nodes, Reason reason) {
    if (nodes > 0) {
      group(reason.kind(), reason).nodes += nodes;
    }
  }

  private Group group(String key, Reason reason) {
    if (last == null || !key.equals(lastKey)) {
      last = groups.computeIfAbsent(key, k -> new Group(reason));
      lastKey = key;
    }
    return last;
  }

  List<PassedOver> all() {
    return groups.values().stream()
        .map(group -> new PassedOver(group.nodes, group.examples, words(group)))
        .toList();
  }

  static String words(List<PassedOver> all) {
    return all.stream().map(PassedOver::words).collect(Collectors.joining(", "));
  }

  private static String words(Group group) {
    if (group.nodes == 1) {
      var name = group.examples.isEmpty() ? "1 node " : "node " + group.examples.get(0) + " ";
      return name + group.nearest.one();
    }
    var words = group.nodes + " nodes " + group.nearest.many();
    if (group.nearest.missing() > 0) {
      return "%s (the least: %s %s)".formatted(words, group.nearestName, group.nearest.one());
    }
    if (group.examples.isEmpty()) {
      return words;
    }
    var more = group.nodes > group.examples.size() ? ", ..." : "";
    return "%s (%s%s)".formatted(words, String.join(", ", group.examples), more);
  }
}
