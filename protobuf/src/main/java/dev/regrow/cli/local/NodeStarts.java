package dev.regrow.cli.local;

import dev.regrow.cli.Failure;
import dev.regrow.client.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Nodes that start at the same time: what goes wrong with one is told when all are awaited. */
final class NodeStarts {

  private final Map<Integer, NodeStart> begun = new LinkedHashMap<>();
  private final List<Failure> failures = new ArrayList<>();

  void begin(int number, NodeStart start) {
    try {
      start.begin();
      begun.put(number, start);
    } catch (Failure failure) {
      failures.add(failure);
    }
  }

  /**
   * Answers with the contexts of those that serve, by number; the others were removed for good.
   *
   * @param timeout for each since it began, so for all together
   * @throws Failure naming all nodes that did not come up
   */
  SortedMap<Integer, Context> await(Duration timeout) {
    var contexts = new TreeMap<Integer, Context>();
    begun.forEach(
        (number, start) -> {
          try {
            start.await(timeout).ifPresent(context -> contexts.put(number, context));
          } catch (Failure failure) {
            failures.add(failure);
          }
        });
    if (!failures.isEmpty()) {
      throw new Failure(
          failures.get(0).exitCode(),
          failures.stream().map(Throwable::getMessage).collect(Collectors.joining("\n")));
    }
    return contexts;
  }
}
