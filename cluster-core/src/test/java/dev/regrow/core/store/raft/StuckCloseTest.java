package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.ratis.util.AwaitToRun;
import org.junit.jupiter.api.Test;

/** The threads of Ratis' deadlock, without the rest of Ratis. */
class StuckCloseTest {

  private static final long PATIENCE_MILLIS = 10_000;

  private final ReentrantReadWriteLock log = new ReentrantReadWriteLock(true);
  private final AwaitToRun eviction = new AwaitToRun("server-1", this::evict).start();
  private final Thread closing = new Thread(this::close, "server-1-impl-thread1");

  private volatile boolean evicted;

  private void evict() {
    log.writeLock().lock();
    try {
      evicted = true;
    } finally {
      log.writeLock().unlock();
    }
  }

  private void close() {
    log.writeLock().lock();
    try {
      while (!log.hasQueuedThreads()) {
        eviction.signal(); // What it is told before it waits to be told, it does not hear.
        Thread.onSpinWait();
      }
      eviction.close();
    } finally {
      log.writeLock().unlock();
    }
  }

  @Test
  void who_closes_a_log_and_waits_for_who_waits_for_it_is_freed() throws Exception {
    closing.start();
    Servers.await(() -> StuckClose.free("server-1"), () -> "it does not join: " + closing);

    closing.join(PATIENCE_MILLIS);

    assertThat(closing.isAlive()).isFalse();
    Servers.await(() -> evicted, () -> "what waited for it does not go on");
  }

  @Test
  void nobody_else_is_interrupted() throws Exception {
    closing.start();
    Servers.await(log::isWriteLocked, () -> "it does not begin");

    assertThat(StuckClose.free("server-2")).isFalse();
    assertThat(closing.isInterrupted()).isFalse();

    Servers.await(() -> StuckClose.free("server-1"), () -> "it does not join: " + closing);
    closing.join(PATIENCE_MILLIS);
    assertThat(closing.isAlive()).isFalse();
  }
}
