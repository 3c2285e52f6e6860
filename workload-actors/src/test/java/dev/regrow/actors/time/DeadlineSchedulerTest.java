package dev.regrow.actors.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.Scheduler;
import org.apache.pekko.event.NoLogging;
import org.apache.pekko.testkit.javadsl.TestKit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

class DeadlineSchedulerTest {

  private static final Duration LONG = Duration.ofHours(1);
  private static final ExecutionContext HERE = ExecutionContext.fromExecutor(Runnable::run);

  private final List<Thread> threads = new ArrayList<>();
  private final DeadlineScheduler scheduler =
      new DeadlineScheduler(
          ConfigFactory.empty(),
          NoLogging.getInstance(),
          work -> {
            var thread = new Thread(work, "deadlines");
            threads.add(thread);
            return thread;
          });

  @AfterEach
  void close() {
    scheduler.close();
  }

  @Test
  void runs_what_is_due_in_the_order_of_its_deadlines() throws InterruptedException {
    var order = new LinkedBlockingQueue<String>();

    scheduler.scheduleOnce(Duration.ofMillis(60), () -> order.add("later"), HERE);
    scheduler.scheduleOnce(Duration.ofMillis(5), () -> order.add("sooner"), HERE);
    scheduler.scheduleOnce(Duration.ofMillis(-5), () -> order.add("overdue"), HERE);

    assertThat(next(order)).isEqualTo("overdue");
    assertThat(next(order)).isEqualTo("sooner");
    assertThat(next(order)).isEqualTo("later");
  }

  @Test
  void repeats_until_cancelled() throws InterruptedException {
    var runs = new AtomicInteger();
    var thrice = new CountDownLatch(3);

    var repeated =
        scheduler.scheduleAtFixedRate(
            Duration.ZERO,
            Duration.ofMillis(1),
            () -> {
              runs.incrementAndGet();
              thrice.countDown();
            },
            HERE);

    assertThat(thrice.await(10, TimeUnit.SECONDS)).as("runs: %s", runs).isTrue();
    assertThat(repeated.cancel()).isTrue();
    assertThat(repeated.isCancelled()).isTrue();
    assertThat(repeated.cancel()).as("a second time").isFalse();
  }

  @Test
  void repeats_with_a_fixed_delay_until_cancelled_by_its_own_work() throws InterruptedException {
    var thrice = new CountDownLatch(3);
    var itself = new CompletableFuture<Cancellable>();

    itself.complete(
        scheduler.scheduleWithFixedDelay(
            Duration.ofMillis(2),
            Duration.ofMillis(1),
            () -> {
              thrice.countDown();
              if (thrice.getCount() == 0) {
                itself.join().cancel();
              }
            },
            HERE));

    assertThat(thrice.await(10, TimeUnit.SECONDS)).as("three runs in time").isTrue();
    scheduler.close(); // Its last run is over then.
    threads.get(0).join(10_000);
    assertThat(itself.join().isCancelled()).isTrue();
    assertThat(itself.join().cancel()).as("a second time").isFalse();
  }

  @Test
  void what_pekko_repeats_through_a_wrapper_falls_on_the_beats_too() {
    var runs = new LinkedBlockingQueue<Long>();
    var wrapper =
        new AbstractScheduler() {
          @Override
          public Cancellable scheduleOnce(
              FiniteDuration delay, Runnable runnable, ExecutionContext executor) {
            return scheduler.scheduleOnce(delay, runnable, executor);
          }

          @Override
          @Deprecated
          public Cancellable schedule(
              FiniteDuration initial,
              FiniteDuration interval,
              Runnable runnable,
              ExecutionContext executor) {
            throw new UnsupportedOperationException();
          }

          @Override
          public double maxFrequency() {
            return scheduler.maxFrequency();
          }
        };

    var repeated = wrapper.scheduleWithFixedDelay(LONG, LONG, () -> runs.add(1L), HERE);

    assertThat(scheduler.waitsForABeat()).isTrue();
    assertThat(repeated.cancel()).isTrue();
    assertThat(scheduler.waitsForABeat()).isFalse();
    assertThat(runs).isEmpty();
  }

  @Test
  void does_not_repeat_work_that_throws_and_keeps_everybody_elses_timers()
      throws InterruptedException {
    var other = new CountDownLatch(1);
    var broken =
        scheduler.scheduleAtFixedRate(
            Duration.ZERO,
            Duration.ofMillis(1),
            () -> {
              throw new IllegalStateException("broken on purpose");
            },
            HERE);

    scheduler.scheduleOnce(Duration.ofMillis(20), other::countDown, HERE);

    assertThat(other.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(broken.isCancelled()).isTrue();
  }

  @Test
  void what_was_cancelled_or_has_run_cannot_be_cancelled() throws InterruptedException {
    var ran = new CountDownLatch(1);
    var done = scheduler.scheduleOnce(Duration.ZERO, ran::countDown, HERE);
    var never = scheduler.scheduleOnce(LONG, ran::countDown, HERE);

    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();

    assertThat(done.cancel()).isFalse();
    assertThat(done.isCancelled()).isFalse();
    assertThat(never.cancel()).isTrue();
  }

  @Test
  void the_end_runs_what_asked_for_it_drops_the_rest_and_refuses_more()
      throws InterruptedException {
    var runs = new ArrayList<String>();
    scheduler.scheduleOnce(LONG, () -> runs.add("dropped"), HERE);
    scheduler.scheduleOnce(LONG, (Scheduler.TaskRunOnClose) () -> runs.add("owed"), HERE);
    scheduler
        .scheduleOnce(LONG, (Scheduler.TaskRunOnClose) () -> runs.add("cancelled"), HERE)
        .cancel();

    scheduler.close();

    assertThat(runs).containsExactly("owed");
    assertThatThrownBy(() -> scheduler.scheduleOnce(LONG, () -> {}, HERE))
        .isInstanceOf(SystemEnded.class);
    for (var thread : threads) {
      thread.join(10_000);
      assertThat(thread.isAlive()).as("the timers' thread").isFalse();
    }
  }

  @Test
  void an_actor_system_lives_and_ends_with_it() {
    var config =
        ConfigFactory.parseString(
                "pekko.scheduler.implementation = " + DeadlineScheduler.class.getName())
            .withFallback(ConfigFactory.load());
    var system = ActorSystem.create("timed", config);
    try {
      var probe = new TestKit(system);

      system
          .scheduler()
          .scheduleOnce(
              Duration.ofMillis(5), probe.getRef(), "tick", system.dispatcher(), probe.getRef());

      probe.expectMsg(Duration.ofSeconds(10), "tick");
    } finally {
      TestKit.shutdownActorSystem(system, true);
    }
  }

  private static String next(LinkedBlockingQueue<String> queue) throws InterruptedException {
    var found = queue.poll(10, TimeUnit.SECONDS);
    assertThat(found).as("a timer's work within 10 s").isNotNull();
    return found;
  }
}
