package dev.regrow.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.chaos.history.Operation.CompareAndSet;
import dev.regrow.chaos.history.Operation.Outcome;
import dev.regrow.chaos.history.Operation.Read;
import dev.regrow.chaos.history.Operation.Write;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecorderTest {

  private final AtomicLong clock = new AtomicLong();
  private final Recorder recorder = new Recorder(clock::incrementAndGet);

  @Test
  void each_operation_is_kept_with_its_times_and_what_was_learnt() {
    recorder.write(1, "a", "x").ok();
    recorder.read(2, "a").saw("x");
    recorder.compareAndSet(1, "a", "y", "z").differed();
    recorder.write(1, "b", null).notApplied();

    assertThat(recorder.history())
        .containsExactly(
            new Operation(1, "a", new Write("x"), Outcome.OK, 1, 2),
            new Operation(2, "a", new Read("x"), Outcome.OK, 3, 4),
            new Operation(1, "a", new CompareAndSet("y", "z"), Outcome.DIFFERED, 5, 6),
            new Operation(1, "b", new Write(null), Outcome.NOT_APPLIED, 7, 8));
  }

  @Test
  void what_never_ended_and_what_nobody_knows_are_the_same() {
    recorder.write(1, "a", "x").unknown();
    var open = recorder.write(1, "b", "x");

    assertThat(recorder.history())
        .allMatch(each -> each.outcome() == Outcome.UNKNOWN)
        .allMatch(each -> each.completedNanos() == Operation.NEVER);
    open.ok();
    assertThat(recorder.history().get(1).outcome()).isEqualTo(Outcome.OK);
  }

  @Test
  void an_operation_ends_once() {
    var write = recorder.write(1, "a", "x");
    write.ok();

    assertThatThrownBy(write::notApplied).hasMessageContaining("ended before");
  }
}
