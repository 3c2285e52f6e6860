package dev.regrow.runtime.spare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.RuntimeFailure;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SparesTest {

  private final AtomicInteger number = new AtomicInteger();
  private final List<Integer> ended = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Integer> made = new LinkedBlockingQueue<>();

  private int make() {
    int next = number.incrementAndGet();
    made.add(next);
    return next;
  }

  @Test
  void nothing_is_made_before_it_is_asked_for_and_then_no_more_than_is_kept() throws Exception {
    try (var spares = new Spares<>("spares", "a number", 2, this::make, ended::add)) {
      assertThat(spares.poll()).isNull();

      for (int i = 0; i < 5; i++) {
        spares.refill();
      }
      assertThat(spares.make()).isEqualTo(3);

      assertThat(spares.waiting()).containsExactly(1, 2);
      assertThat(spares.poll()).isEqualTo(1);
    }
    assertThat(ended).containsExactly(2);
  }

  @Test
  void one_that_is_made_too_late_is_ended() throws Exception {
    var spares = new Spares<Integer>("spares", "a number", 1, this::make, ended::add);
    spares.refill();
    assertThat(made.poll(10, TimeUnit.SECONDS)).isEqualTo(1);

    spares.close();
    spares.refill();

    assertThat(ended).containsExactly(1);
    assertThatThrownBy(spares::make)
        .isInstanceOf(RuntimeFailure.class)
        .hasMessage("the node is stopping");
  }

  @Test
  void what_cannot_be_made_is_told_to_whom_waits_for_it() {
    try (var spares =
        new Spares<Integer>(
            "spares",
            "a number",
            1,
            () -> {
              throw new RuntimeFailure("there is none", true);
            },
            ended::add)) {
      spares.refill();

      assertThatThrownBy(spares::make).hasMessageContaining("cannot make a number");
      assertThat(spares.waiting()).isEmpty();
    }
  }
}
