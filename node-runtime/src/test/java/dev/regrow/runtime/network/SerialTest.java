package dev.regrow.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SerialTest {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final Serial serial = new Serial("test");
  private final List<String> done = new CopyOnWriteArrayList<>();

  @Test
  void what_is_under_way_when_it_is_closed_comes_to_its_end_undisturbed() throws Exception {
    var begun = new CountDownLatch(1);
    var closing = new CountDownLatch(1);
    serial.repeat(
        Duration.ofNanos(1),
        () -> {
          begun.countDown();
          try {
            closing.await();
            done.add("repair");
          } catch (InterruptedException e) {
            done.add("interrupted");
          }
        });
    begun.await();

    var closer = new Thread(() -> serial.close(LONG, () -> done.add("last")));
    closer.start();
    while (closer.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    closing.countDown();
    closer.join();

    assertThat(done).containsExactly("repair", "last");
  }

  @Test
  void what_it_was_told_before_is_done_in_order_and_what_was_put_off_is_not() {
    serial.after(LONG, () -> done.add("later"));
    serial.execute(() -> done.add("first"));
    serial.execute(() -> done.add("second"));

    serial.close(LONG, () -> done.add("last"));
    serial.execute(() -> done.add("too late"));
    serial.close(LONG, () -> done.add("again"));

    assertThat(done).containsExactly("first", "second", "last");
  }

  @Test
  void a_wait_for_what_does_not_end_is_bounded() throws Exception {
    var begun = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    serial.execute(
        () -> {
          begun.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            ended.countDown();
          }
        });
    begun.await();

    serial.close(Duration.ofMillis(20), () -> done.add("last"));

    ended.await();
    assertThat(done).isEmpty();
  }
}
