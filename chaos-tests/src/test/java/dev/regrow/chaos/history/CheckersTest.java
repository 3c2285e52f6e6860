package dev.regrow.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.chaos.history.Convergence.Look;
import dev.regrow.chaos.history.Histories.Bug;
import dev.regrow.chaos.history.Operation.Outcome;
import dev.regrow.chaos.history.Operation.Read;
import dev.regrow.chaos.history.Operation.Write;
import dev.regrow.chaos.history.WatchStream.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CheckersTest {

  @Property(tries = 300)
  void a_sound_register_loses_nothing(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int operations) {
    var history = Histories.of(Bug.NONE, seed, operations);

    var explained =
        (Linearizability.Explained) Linearizability.check(withLastRead(history), 1_000_000);

    var last = (Read) explained.order().get(explained.order().size() - 1).action();
    assertThat(Durability.faults(history, Collections.singletonMap("key", last.seen()))).isEmpty();
  }

  @Test
  void an_acknowledged_write_that_is_gone_is_named() {
    var history = List.of(write("a", Outcome.OK, 0, 1), write("b", Outcome.OK, 2, 3));

    assertThat(Durability.faults(history, Map.of("key", "a")))
        .singleElement()
        .asString()
        .contains("lost", "value=b");
    assertThat(Durability.faults(history, Collections.singletonMap("key", null))).hasSize(1);
    assertThat(Durability.faults(history, Map.of("key", "b"))).isEmpty();
  }

  @Test
  void a_write_without_an_answer_may_have_been_the_last() {
    var history =
        List.of(
            write("open", Outcome.UNKNOWN, 0, Operation.NEVER), write("acked", Outcome.OK, 5, 6));

    assertThat(Durability.faults(history, Map.of("key", "open"))).isEmpty();
    assertThat(Durability.faults(history, Map.of("key", "acked"))).isEmpty();
  }

  @Test
  void what_nobody_wrote_or_what_was_refused_must_not_be_there() {
    var history =
        List.of(write("refused", Outcome.NOT_APPLIED, 0, 1), write("a", Outcome.OK, 2, 3));

    assertThat(Durability.faults(history, Map.of("key", "refused")))
        .singleElement()
        .asString()
        .contains("nobody");
  }

  @Property
  void a_watch_that_tells_all_in_order_is_sound_and_any_single_fault_is_found(
      @ForAll long seed, @ForAll @IntRange(min = 3, max = 30) int count) {
    var random = new Random(seed);
    var changes =
        LongStream.rangeClosed(1, count).mapToObj(i -> new Change(10 + i, "w" + i % 3)).toList();
    var dropped = new ArrayList<>(changes);
    dropped.remove(random.nextInt(count));
    var doubled = new ArrayList<>(changes);
    doubled.add(random.nextInt(count), changes.get(0));
    var swapped = new ArrayList<>(changes);
    Collections.swap(swapped, 0, 1 + random.nextInt(count - 1));

    assertThat(faults(changes, changes, count)).isEmpty();
    assertThat(faults(dropped, changes, count)).isNotEmpty();
    assertThat(faults(doubled, changes, count)).isNotEmpty();
    assertThat(faults(swapped, changes, count)).isNotEmpty();
  }

  private static List<String> faults(List<Change> told, List<Change> acknowledged, int count) {
    return WatchStream.faults(10, told, acknowledged, 10 + count);
  }

  @Test
  void changes_before_the_watch_and_those_still_under_way_are_not_missed() {
    var acknowledged = List.of(new Change(5, "a"), new Change(12, "a"), new Change(90, "a"));

    assertThat(WatchStream.faults(10, List.of(new Change(12, "a")), acknowledged, 12)).isEmpty();
    assertThat(WatchStream.faults(10, List.of(new Change(5, "a")), List.of(), 12)).hasSize(1);
  }

  @Test
  void a_process_that_met_another_is_an_overlap() {
    var verdict = Exclusivity.judge("started 5\nstarted 9\noverlap 12\nstart");

    assertThat(verdict.starts()).isEqualTo(2);
    assertThat(verdict.overlaps()).containsExactly("overlap 12");
    assertThatThrownBy(() -> Exclusivity.judge("began 5\n")).hasMessageContaining("began 5");
  }

  @Test
  void convergence_counts_from_the_fault_to_when_it_stays_as_declared() {
    var looks =
        List.of(
            new Look(5, true),
            new Look(12, true),
            new Look(14, false),
            new Look(20, true),
            new Look(25, true));

    assertThat(Convergence.after(10, looks)).contains(Duration.ofNanos(10));
    assertThat(Convergence.after(10, looks.subList(0, 3))).isEmpty();
    assertThat(Convergence.after(30, looks)).isEmpty();
  }

  @Test
  void heal_times_tell_the_middle_and_the_worst() {
    var times = new HealTimes();
    List.of(30, 10, 20).forEach(millis -> times.add(Duration.ofMillis(millis)));

    assertThat(times.median()).isEqualTo(Duration.ofMillis(20));
    assertThat(times.max()).isEqualTo(Duration.ofMillis(30));
    assertThat(times.toString()).contains("median 20 ms", "max 30 ms");
  }

  private static Operation write(String value, Outcome outcome, long invoked, long completed) {
    return new Operation(1, "key", new Write(value), outcome, invoked, completed);
  }

  /** What a read after everything sees; found by asking which would be explained. */
  private static List<Operation> withLastRead(List<Operation> history) {
    long end =
        history.stream()
            .mapToLong(each -> Math.max(each.invokedNanos(), ended(each)))
            .max()
            .orElse(0);
    var candidates = new ArrayList<@Nullable String>();
    candidates.add(null);
    history.forEach(
        each -> {
          if (each.action() instanceof Write write) {
            candidates.add(write.value());
          } else if (each.action() instanceof Operation.CompareAndSet swap) {
            candidates.add(swap.value());
          }
        });
    for (@Nullable String candidate : candidates) {
      var with = new ArrayList<>(history);
      with.add(new Operation(9, "key", new Read(candidate), Outcome.OK, end + 1, end + 2));
      if (Linearizability.check(with, 1_000_000) instanceof Linearizability.Explained) {
        return with;
      }
    }
    throw new AssertionError("no last read explains " + history);
  }

  private static long ended(Operation operation) {
    return operation.completedNanos() == Operation.NEVER ? 0 : operation.completedNanos();
  }
}
