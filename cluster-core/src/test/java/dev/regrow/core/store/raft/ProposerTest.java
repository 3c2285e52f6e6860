package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StoreTxn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ProposerTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final HeldLog log = new HeldLog();
  private final Proposer proposer =
      new Proposer(log, new Proposer.Limits(1 << 20, 1 << 20), scheduler, Runnable::run, PAUSE);

  @AfterEach
  void stop() {
    proposer.close();
    scheduler.shutdownNow();
  }

  @Test
  void what_comes_while_an_entry_is_under_way_goes_with_the_next() throws Exception {
    var first = submit(1);
    var entry = log.next();
    var others = submit(8);

    entry.apply();

    assertThat(entry.size()).isEqualTo(1);
    assertThat(first.get(0).get(30, TimeUnit.SECONDS)).isEqualTo(new TxnResult.Committed(1));
    var second = log.next();
    assertThat(second.size()).isEqualTo(8);
    second.apply();
    for (var one : others) {
      assertThat(one.get(30, TimeUnit.SECONDS)).isEqualTo(new TxnResult.Committed(1));
    }
  }

  @Test
  void where_many_write_what_comes_soon_after_an_entry_of_several_servers_goes_together()
      throws Exception {
    log.shared = true;
    entryOf(8);

    submit(1);
    submit(1);

    assertThat(log.next().size()).isEqualTo(2);
  }

  @Test
  void one_that_writes_alone_is_not_kept_waiting() throws Exception {
    log.shared = true;
    submit(1);
    log.next().apply();
    long answered = System.nanoTime();

    submit(1);
    log.next();

    assertThat(System.nanoTime() - answered).isLessThan(PAUSE.toNanos());
  }

  @Test
  void the_others_are_told_once_nothing_follows() throws Exception {
    log.shared = true;
    submit(1);
    log.next().apply();
    assertThat(log.settled.poll(30, TimeUnit.SECONDS)).isNotNull();

    entryOf(8);

    assertThat(log.settled.poll(30, TimeUnit.SECONDS)).isNotNull();
    assertThat(log.settled).isEmpty();
  }

  /** Has so many written in one entry. */
  private void entryOf(int count) throws InterruptedException {
    submit(1);
    var first = log.next();
    submit(count);
    first.apply();
    var entry = log.next();
    assertThat(entry.size()).isEqualTo(count);
    entry.apply();
  }

  private List<CompletableFuture<TxnResult>> submit(int count) {
    var all = new ArrayList<CompletableFuture<TxnResult>>();
    for (int i = 0; i < count; i++) {
      all.add(proposer.submit(StoreTxn.getDefaultInstance(), PATIENCE));
    }
    return all;
  }

  /** A log whose entries are applied when the test says so. */
  private static final class HeldLog implements Proposer.Log {

    private record Held(List<StoreTxn> txns, CompletableFuture<List<TxnResult>> applied) {
      int size() {
        return txns.size();
      }

      void apply() {
        applied.complete(txns.stream().<TxnResult>map(txn -> new TxnResult.Committed(1)).toList());
      }
    }

    private volatile boolean shared;
    private final BlockingQueue<Held> proposed = new LinkedBlockingQueue<>();
    private final BlockingQueue<Boolean> settled = new LinkedBlockingQueue<>();

    @Override
    public CompletableFuture<List<TxnResult>> propose(List<StoreTxn> txns, long callId) {
      var held = new Held(txns, new CompletableFuture<>());
      proposed.add(held);
      return held.applied();
    }

    @Override
    public boolean isShared() {
      return shared;
    }

    @Override
    public void settled() {
      settled.add(true);
    }

    Held next() throws InterruptedException {
      @Nullable Held next = proposed.poll(30, TimeUnit.SECONDS);
      assertThat(next).as("an entry is proposed").isNotNull();
      return java.util.Objects.requireNonNull(next);
    }
  }
}
