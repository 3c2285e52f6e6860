package dev.regrow.actors.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DiskWaitTest {

  private final IOException full = new IOException("No space left on device");

  private final AtomicInteger pauses = new AtomicInteger();

  @Test
  void a_step_is_taken_again_after_a_pause_until_the_disk_has_room() throws Exception {
    var wait = new DiskWait(() -> false, pauses::incrementAndGet);

    var taken =
        wait.until(
            () -> {
              if (pauses.get() < 3) {
                throw full;
              }
              return "done";
            });

    assertThat(taken).isEqualTo("done");
    assertThat(pauses).hasValue(3);
  }

  @Test
  void what_a_full_disk_caused_counts_as_a_full_disk() throws Exception {
    var wait = new DiskWait(() -> false, pauses::incrementAndGet);

    wait.until(
        () -> {
          if (pauses.get() == 0) {
            throw new StartRefused("cannot use the directory", new UncheckedIOException(full));
          }
          return "done";
        });

    assertThat(pauses).hasValue(1);
  }

  @Test
  void any_other_failure_ends_the_start_at_once() {
    var wait = new DiskWait(() -> false, pauses::incrementAndGet);

    assertThatThrownBy(
            () ->
                wait.until(
                    () -> {
                      throw new IOException("Permission denied");
                    }))
        .hasMessage("Permission denied");
    assertThat(pauses).hasValue(0);
  }

  @Test
  void a_start_that_is_wanted_no_more_ends_with_what_stood_against_it() {
    var wait = new DiskWait(() -> pauses.get() == 2, pauses::incrementAndGet);

    assertThatThrownBy(
            () ->
                wait.until(
                    () -> {
                      throw full;
                    }))
        .isSameAs(full);
    assertThat(pauses).hasValue(2);
  }

  @Test
  void who_starts_a_node_is_told_at_once() {
    assertThatThrownBy(
            () ->
                DiskWait.NONE.until(
                    () -> {
                      throw full;
                    }))
        .isSameAs(full);
  }
}
