package dev.regrow.chaos.history;

import dev.regrow.chaos.history.Operation.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Whether one order of the operations on a key, each at some moment between its two times, explains
 * all answers. A search through the orders as Wing and Gong describe it (Testing and verifying
 * concurrent objects, 1993), which never looks twice at the same set of operations done with the
 * same value there (Lowe, Testing for linearizability, 2017). Keys are independent of each other,
 * so each is judged by itself.
 */
public final class Linearizability {

  private static final int SHOWN = 12;

  private Linearizability() {}

  /** What is known of the history of one key. */
  public sealed interface Verdict {}

  /**
   * @param order one that explains all answers
   */
  public record Explained(List<Operation> order) implements Verdict {}

  /**
   * @param explained the longest beginning that could be explained
   * @param stuck what ended and fits nowhere after it
   */
  public record Impossible(List<Operation> explained, List<Operation> stuck) implements Verdict {
    @Override
    public String toString() {
      int from = Math.max(0, explained.size() - SHOWN);
      return "no order explains what was answered\nthe last that could be explained:\n"
          + lines(explained.subList(from, explained.size()))
          + "\nafter it none of these fits:\n"
          + lines(stuck.subList(0, Math.min(SHOWN, stuck.size())));
    }

    private static String lines(List<Operation> operations) {
      return operations.stream().map(each -> "  " + each).collect(Collectors.joining("\n"));
    }
  }

  /** The search was given up. */
  public record Undecided(long steps) implements Verdict {}

  /**
   * Judges each key.
   *
   * @param stepsMax for each key; a step takes about a microsecond
   * @return the keys that could not be explained; empty when all is well
   */
  public static Map<String, Verdict> faults(List<Operation> history, long stepsMax) {
    var faults = new TreeMap<String, Verdict>();
    history.stream()
        .collect(Collectors.groupingBy(Operation::key))
        .forEach(
            (key, operations) -> {
              var verdict = check(operations, stepsMax);
              if (!(verdict instanceof Explained)) {
                faults.put(key, verdict);
              }
            });
    return faults;
  }

  /** Judges one key, absent at first. */
  public static Verdict check(List<Operation> ofOneKey, long stepsMax) {
    return new Search(ofOneKey.stream().filter(Operation::matters).toList()).run(stepsMax);
  }

  private record Done(BitSet operations, Register register) {}

  private record Choice(Timeline.Moment begin, Register before) {}

  /** One walk through the orders. What has ended must be in it, what is unknown may. */
  private static final class Search {
    private final List<Operation> operations;
    private final Timeline timeline;
    private final Deque<Choice> chosen = new ArrayDeque<>();
    private final Set<Done> seen = new HashSet<>();
    private final BitSet done = new BitSet();
    private Register register = new Register(null);
    private List<Operation> longest = List.of();
    private List<Operation> stuck = List.of();
    private int mandatory;

    Search(List<Operation> operations) {
      this.operations = operations;
      this.timeline = new Timeline(operations);
      this.mandatory = (int) operations.stream().filter(Search::ended).count();
    }

    private static boolean ended(Operation operation) {
      return operation.outcome() != Outcome.UNKNOWN;
    }

    Verdict run(long stepsMax) {
      var moment = timeline.first();
      for (long step = 0; mandatory > 0; step++) {
        if (step == stepsMax) {
          return new Undecided(step);
        }
        if (moment != null && moment.isBegin()) {
          moment = takes(moment) ? timeline.first() : moment.next();
        } else {
          noteHowFar();
          if (chosen.isEmpty()) {
            return new Impossible(longest, stuck);
          }
          moment = takeBack().next();
        }
      }
      return new Explained(order());
    }

    private boolean takes(Timeline.Moment begin) {
      var operation = operations.get(begin.operation);
      var after = register.after(operation);
      if (after == null) {
        return false;
      }
      done.set(begin.operation);
      if (!seen.add(new Done((BitSet) done.clone(), after))) {
        done.clear(begin.operation);
        return false;
      }
      chosen.push(new Choice(begin, register));
      register = after;
      timeline.lift(begin);
      mandatory -= ended(operation) ? 1 : 0;
      return true;
    }

    private Timeline.Moment takeBack() {
      var last = chosen.pop();
      register = last.before();
      done.clear(last.begin().operation);
      timeline.restore(last.begin());
      mandatory += ended(operations.get(last.begin().operation)) ? 1 : 0;
      return last.begin();
    }

    private void noteHowFar() {
      if (chosen.size() < longest.size() || (!stuck.isEmpty() && chosen.size() == longest.size())) {
        return;
      }
      longest = order();
      var open = new ArrayList<Operation>();
      for (var at = timeline.first(); at != null && at.isBegin(); at = at.next()) {
        open.add(operations.get(at.operation));
      }
      stuck = List.copyOf(open);
    }

    private List<Operation> order() {
      var order = new ArrayList<Operation>();
      chosen
          .descendingIterator()
          .forEachRemaining(c -> order.add(operations.get(c.begin().operation)));
      return List.copyOf(order);
    }
  }
}
