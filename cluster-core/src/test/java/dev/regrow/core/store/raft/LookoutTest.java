package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LookoutTest {

  private final LinkedBlockingQueue<String> looks = new LinkedBlockingQueue<>();

  @Test
  void looks_when_told_but_not_before_it_has_begun() throws InterruptedException {
    try (var lookout = new Lookout(() -> looks.add("looked"))) {
      lookout.now();
      assertThat(looks).isEmpty();

      lookout.begin();
      assertThat(looks.poll(10, TimeUnit.SECONDS)).isEqualTo("looked");

      lookout.now();
      assertThat(looks.poll(4, TimeUnit.SECONDS)).as("before the seldom look").isNotNull();
    }
  }

  @Test
  void looks_again_by_itself_while_something_is_under_way_and_after_a_failure()
      throws InterruptedException {
    var count = new AtomicInteger();
    try (var lookout =
        new Lookout(
            () -> {
              looks.add("looked");
              if (count.incrementAndGet() == 2) {
                throw new IllegalStateException("broken on purpose");
              }
              return false;
            })) {
      lookout.begin();

      for (int i = 0; i < 3; i++) {
        assertThat(looks.poll(10, TimeUnit.SECONDS)).isEqualTo("looked");
      }
    }
  }

  @Test
  void what_is_told_during_a_look_wants_another() throws InterruptedException {
    var inside = new CountDownLatch(1);
    var told = new CountDownLatch(1);
    try (var lookout =
        new Lookout(
            () -> {
              inside.countDown();
              awaitUninterrupted(told);
              return looks.add("looked");
            })) {
      lookout.begin();
      assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();

      lookout.now();
      told.countDown();

      assertThat(looks.poll(4, TimeUnit.SECONDS)).isNotNull();
      assertThat(looks.poll(4, TimeUnit.SECONDS)).as("before the seldom look").isNotNull();
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void once_closed_it_looks_no_more() {
    var lookout = new Lookout(() -> looks.add("looked"));
    lookout.begin();
    lookout.close();
    looks.clear();

    lookout.now();

    assertThat(looks).isEmpty();
  }
}
