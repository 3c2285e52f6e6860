package dev.regrow.chaos.history;

import dev.regrow.chaos.history.Operation.CompareAndSet;
import dev.regrow.chaos.history.Operation.Outcome;
import dev.regrow.chaos.history.Operation.Read;
import dev.regrow.chaos.history.Operation.Write;
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
import org.jspecify.annotations.Nullable;

/**
 * Whether one order of the operations on a key, each at some moment between its two times, explains
 * all answers. A search through the orders as Wing and Gong describe it (Testing and verifying
 * concurrent objects, 1993), which never looks twice at the same set of operations done with the
 * same value there (Lowe, Testing for linearizability, 2017); what changes nothing is taken as soon
 * as it fits. Keys are independent of each other, so each is judged by itself.
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
    var all = ofOneKey.stream().filter(Operation::matters).toList();
    var likely = withoutUnseen(all);
    if (likely.size() < all.size()
        && new Search(likely).run(stepsMax) instanceof Explained explained) {
      return explained; // What is unknown need not have happened.
    }
    return new Search(all).run(stepsMax);
  }

  /** Leaves out what is unknown and whose value nobody speaks of: it hardly ever explains. */
  private static List<Operation> withoutUnseen(List<Operation> all) {
    var seen = new HashSet<@Nullable String>();
    for (var operation : all) {
      if (operation.action() instanceof Read read) {
        seen.add(read.seen());
      } else if (operation.action() instanceof CompareAndSet swap) {
        seen.add(swap.expected());
      }
    }
    return all.stream()
        .filter(
            operation ->
                operation.outcome() != Outcome.UNKNOWN || seen.contains(written(operation)))
        .toList();
  }

  private static @Nullable String written(Operation operation) {
    if (operation.action() instanceof Write write) {
      return write.value();
    }
    return operation.action() instanceof CompareAndSet swap ? swap.value() : null;
  }

  private record Done(BitSet operations, Register register) {}

  /**
   * @param only there is no better one: it changes nothing, so it never stands in another's way
   */
  private record Choice(Timeline.Moment begin, Register before, boolean only) {}

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
      var moment = next();
      for (long step = 0; mandatory > 0; step++) {
        if (step == stepsMax) {
          return new Undecided(step);
        }
        if (moment != null && moment.isBegin()) {
          moment = takes(moment, false) ? next() : moment.next();
        } else {
          noteHowFar();
          var last = takeBackToAChoice();
          if (last == null) {
            return new Impossible(longest, stuck);
          }
          moment = last.next();
        }
      }
      return new Explained(order());
    }

    /** Takes all that fits and changes nothing; then where to choose from, null in a dead end. */
    private Timeline.@Nullable Moment next() {
      for (var idle = idle(); idle != null; idle = idle()) {
        if (!takes(idle, true)) {
          return null; // It was here before, by another way.
        }
      }
      return timeline.first();
    }

    private Timeline.@Nullable Moment idle() {
      for (var at = timeline.first(); at != null && at.isBegin(); at = at.next()) {
        var operation = operations.get(at.operation);
        // A write of what is there already may be needed later, to undo another.
        if (ended(operation)
            && !(operation.action() instanceof Write)
            && register.equals(register.after(operation))) {
          return at;
        }
      }
      return null;
    }

    private boolean takes(Timeline.Moment begin, boolean only) {
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
      chosen.push(new Choice(begin, register, only));
      register = after;
      timeline.lift(begin);
      mandatory -= ended(operation) ? 1 : 0;
      return true;
    }

    private Timeline.@Nullable Moment takeBackToAChoice() {
      while (!chosen.isEmpty()) {
        boolean only = chosen.element().only();
        var begin = takeBack();
        if (!only) {
          return begin;
        }
      }
      return null;
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
