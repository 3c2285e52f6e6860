package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.util.OpenCloseState;
import org.junit.jupiter.api.Test;

class RaftThreadsTest {

  @Test
  void a_thread_that_finds_the_log_closed_by_a_failed_write_met_no_bug() throws Exception {
    var log = new OpenCloseState("log");
    log.open();
    log.close();

    assertThat(uncaughtOf(log::assertOpen)).isEmpty();
  }

  @Test
  void any_other_end_of_a_thread_is_one() throws Exception {
    var bug = new IllegalStateException("a bug");

    assertThat(
            uncaughtOf(
                () -> {
                  throw bug;
                }))
        .containsExactly(bug);
    assertThat(uncaughtOf(new OpenCloseState("log")::assertOpen))
        .as("a log that was never opened")
        .hasSize(1);
  }

  /** What reaches those who look for bugs. */
  private static List<Throwable> uncaughtOf(Runnable work) throws InterruptedException {
    var seen = new ArrayList<Throwable>();
    var thread = new Thread(new RaftThreads("test"), work, "leader");
    var before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((dead, failure) -> seen.add(failure));
    try {
      thread.start();
      thread.join();
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    return seen;
  }
}
