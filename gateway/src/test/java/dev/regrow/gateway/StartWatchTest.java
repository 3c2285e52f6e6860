package dev.regrow.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StartWatchTest {

  private static final long WITHIN_SECONDS = 20;

  private final CompletableFuture<String> serving = new CompletableFuture<>();
  private final AtomicReference<Optional<String>> waitsFor =
      new AtomicReference<>(Optional.of("the store has no leader"));
  private final LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();

  @Test
  void a_start_that_takes_long_is_said_to_go_on_with_what_it_waits_for() throws Exception {
    var watch = follow();

    var words = new ArrayList<String>();
    for (int i = 0; i < 3; i++) {
      words.add(next());
    }

    assertThat(words).containsOnly("Starting: the store has no leader, good for PT2M");
    waitsFor.set(Optional.empty());
    assertThat(next(2)).contains("Starting: almost ready, good for PT2M");
    serving.complete("serves");
    end(watch);
  }

  @Test
  void nothing_more_is_said_once_it_serves() throws Exception {
    serving.complete("serves");

    end(follow());

    assertThat(said).isEmpty();
  }

  @Test
  void a_start_that_failed_is_not_prolonged() throws Exception {
    var watch = follow();
    next();

    serving.completeExceptionally(new IllegalStateException("the store is damaged"));

    end(watch);
  }

  @Test
  void a_word_is_good_for_much_longer_than_its_successor_takes() {
    assertThat(StartWatch.GOOD_FOR).isGreaterThan(StartWatch.PACE.multipliedBy(10));
  }

  private Thread follow() {
    return StartWatch.follow(
        serving,
        waitsFor::get,
        (status, within) -> said.add(status + ", good for " + within),
        Duration.ofMillis(2));
  }

  private String next() throws InterruptedException {
    var word = said.poll(WITHIN_SECONDS, TimeUnit.SECONDS);
    assertThat(word).as("said within %s s", WITHIN_SECONDS).isNotNull();
    return word;
  }

  /** After a change that is in effect by the second at the latest, of those said from now on. */
  private List<String> next(int count) throws InterruptedException {
    said.clear();
    var words = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      words.add(next());
    }
    return words;
  }

  private static void end(Thread watch) throws InterruptedException {
    watch.join(TimeUnit.SECONDS.toMillis(WITHIN_SECONDS));
    assertThat(watch.isAlive()).as("still watching").isFalse();
  }
}
