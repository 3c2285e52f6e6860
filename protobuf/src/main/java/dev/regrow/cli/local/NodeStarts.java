package dev.regrow.cli.local;

import dev.regrow.cli.Failure;
import dev.regrow.client.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Nodes that start at the same time: what goes wrong with one is told when all are awaited. */
final class NodeStarts {

  private final List<NodeStart> begun = new ArrayList<>();
  private final List<Failure> failures = new ArrayList<>();

  void begin(NodeStart start) {
    try {
      start.begin();
      begun.add(start);
    } catch (Failure failure) {
      failures.add(failure);
    }
  }

  /**
   * Answers with the contexts, by name, in the order in which they began.
   *
   * @param timeout for each since it began, so for all together
   * @throws Failure naming all nodes that did not come up
   */
  Map<String, Context> await(Duration timeout) {
    var contexts = new LinkedHashMap<String, Context>();
    for (var start : begun) {
      try {
        contexts.put(start.name(), start.await(timeout));
      } catch (Failure failure) {
        failures.add(failure);
      }
    }
    if (!failures.isEmpty()) {
      throw new Failure(
          failures.get(0).exitCode(),
          failures.stream().map(Throwable::getMessage).collect(Collectors.joining("\n")));
    }
    return contexts;
  }
}
