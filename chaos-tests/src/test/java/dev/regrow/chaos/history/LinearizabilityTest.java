package dev.regrow.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.history.Histories.Bug;
import dev.regrow.chaos.history.Linearizability.Explained;
import dev.regrow.chaos.history.Linearizability.Impossible;
import dev.regrow.chaos.history.Operation.CompareAndSet;
import dev.regrow.chaos.history.Operation.Outcome;
import dev.regrow.chaos.history.Operation.Read;
import dev.regrow.chaos.history.Operation.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LinearizabilityTest {

  private static final long STEPS_MAX = 1_000_000;
  private static final List<Outcome> OUTCOMES = List.of(Outcome.values());

  @Property(tries = 300)
  void whatever_a_sound_register_answers_is_explained(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 60) int operations) {
    var history = Histories.of(Bug.NONE, seed, operations);

    assertThat(Linearizability.check(history, STEPS_MAX)).isInstanceOf(Explained.class);
  }

  @Property(tries = 300)
  void the_order_that_explains_is_one_that_time_allows_and_the_register_follows(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int operations) {
    var history = Histories.of(Bug.NONE, seed, operations);

    var order = ((Explained) Linearizability.check(history, STEPS_MAX)).order();

    assertThat(isPossible(order)).isTrue();
    assertThat(order)
        .containsAll(history.stream().filter(each -> each.outcome() == Outcome.OK).toList());
  }

  @Property(tries = 1000)
  void small_histories_are_judged_as_by_trying_every_order(@ForAll long seed) {
    var history = anything(new Random(seed));

    boolean explained = Linearizability.check(history, STEPS_MAX) instanceof Explained;

    assertThat(explained).as("%s", history).isEqualTo(someOrderExplains(history));
  }

  @ParameterizedTest
  @EnumSource(value = Bug.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void every_bug_shows_in_most_histories(Bug bug) {
    int found = 0;
    for (long seed = 0; seed < 100; seed++) {
      var verdict = Linearizability.check(Histories.of(bug, seed, 50), STEPS_MAX);
      found += verdict instanceof Impossible ? 1 : 0;
    }
    assertThat(found).isGreaterThan(50);
  }

  @Test
  void what_cannot_be_explained_is_named_with_what_came_before() {
    var written = operation(new Write("a"), Outcome.OK, 0, 1);
    var lost = operation(new Read(null), Outcome.OK, 2, 3);

    var verdict = Linearizability.check(List.of(written, lost), STEPS_MAX);

    assertThat(verdict).isEqualTo(new Impossible(List.of(written), List.of(lost)));
    assertThat(verdict.toString()).contains("Write[value=a]", "Read[seen=null]");
  }

  @Test
  void a_write_without_an_answer_may_show_much_later_but_not_before_it_was_sent() {
    var open = operation(new Write("a"), Outcome.UNKNOWN, 10, Operation.NEVER);
    var late =
        List.of(
            open,
            operation(new Read(null), Outcome.OK, 20, 21),
            operation(new Read("a"), Outcome.OK, 900, 901));
    var early = List.of(open, operation(new Read("a"), Outcome.OK, 1, 2));

    assertThat(Linearizability.check(late, STEPS_MAX)).isInstanceOf(Explained.class);
    assertThat(Linearizability.check(early, STEPS_MAX)).isInstanceOf(Impossible.class);
  }

  @Test
  void what_was_refused_for_sure_must_not_show() {
    var refused = operation(new Write("a"), Outcome.NOT_APPLIED, 0, 1);
    var seen = operation(new Read("a"), Outcome.OK, 2, 3);

    assertThat(Linearizability.check(List.of(refused, seen), STEPS_MAX))
        .isInstanceOf(Impossible.class);
  }

  @Test
  void keys_are_judged_by_themselves() {
    var sound = operation(new Write("a"), Outcome.OK, 0, 1);
    var history = List.of(sound, new Operation(1, "other", new Read("a"), Outcome.OK, 2, 3));

    assertThat(Linearizability.faults(history, STEPS_MAX)).containsOnlyKeys("other");
  }

  private static Operation operation(
      Operation.Action action, Outcome outcome, long invoked, long completed) {
    return new Operation(1, "key", action, outcome, invoked, completed);
  }

  /** Up to six operations with two values; what was answered need not make sense. */
  private static List<Operation> anything(Random random) {
    var history = new ArrayList<Operation>();
    for (int i = random.nextInt(7); i > 0; i--) {
      String value = random.nextInt(3) == 0 ? null : random.nextBoolean() ? "a" : "b";
      String other = random.nextBoolean() ? "a" : "b";
      var outcome = OUTCOMES.get(random.nextInt(OUTCOMES.size()));
      Operation.Action action =
          switch (random.nextInt(3)) {
            case 0 -> new Write(value);
            case 1 -> new CompareAndSet(value, other);
            default -> new Read(value);
          };
      if (outcome == Outcome.DIFFERED && !(action instanceof CompareAndSet)) {
        outcome = Outcome.OK;
      }
      long invoked = random.nextInt(12);
      long completed =
          outcome == Outcome.UNKNOWN ? Operation.NEVER : invoked + 1 + random.nextInt(8);
      history.add(new Operation(i, "key", action, outcome, invoked, completed));
    }
    return history;
  }

  private static boolean someOrderExplains(List<Operation> history) {
    var known = history.stream().filter(Operation::matters).toList();
    return extend(new ArrayList<>(), known);
  }

  private static boolean extend(List<Operation> order, List<Operation> known) {
    if (!isPossible(order)) {
      return false;
    }
    var left = known.stream().filter(each -> !order.contains(each)).toList();
    if (left.stream().allMatch(each -> each.outcome() == Outcome.UNKNOWN)) {
      return true;
    }
    for (var next : left) {
      order.add(next);
      if (extend(order, known)) {
        return true;
      }
      order.remove(order.size() - 1);
    }
    return false;
  }

  private static boolean isPossible(List<Operation> order) {
    var register = new Register(null);
    for (int i = 0; i < order.size(); i++) {
      for (int later = i + 1; later < order.size(); later++) {
        if (order.get(later).completedNanos() < order.get(i).invokedNanos()) {
          return false;
        }
      }
      var after = register.after(order.get(i));
      if (after == null) {
        return false;
      }
      register = after;
    }
    return true;
  }
}
