package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.StoreTxn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WaitsTest {

  private final Waits waits = new Waits();

  @Test
  void who_leads_no_more_is_not_waited_for_and_who_leads_is() {
    var dead = waits.at("10.0.0.1:7420", new CompletableFuture<String>());
    var answer = new CompletableFuture<String>();
    var leader = waits.at("10.0.0.2:7420", answer);

    waits.onlyFor("10.0.0.2:7420");

    assertThat(dead).isCompletedExceptionally();
    assertThat(leader).isNotDone();
    answer.complete("written");
    assertThat(leader).isCompletedWithValue("written");
  }

  @Test
  void a_write_that_a_dead_leader_holds_is_carried_to_the_next_as_soon_as_it_leads()
      throws Exception {
    var asked = new ArrayList<String>();
    var scheduler = Executors.newSingleThreadScheduledExecutor(RaftStore.threads("test"));
    Courier.Road road =
        (txn, patience) -> {
          asked.add(asked.isEmpty() ? "dead" : "next");
          return asked.size() == 1
              ? waits.at("dead", new CompletableFuture<>()) // In silence, for all that is known.
              : CompletableFuture.completedFuture(new TxnResult.Committed(7));
        };
    try (var courier = new Courier(road, Duration.ofMinutes(1), 1 << 20, scheduler)) {
      var written = courier.submit(StoreTxn.getDefaultInstance());

      waits.onlyFor("next");

      assertThat(written.get(20, TimeUnit.SECONDS)).isEqualTo(new TxnResult.Committed(7));
      assertThat(asked).isEqualTo(List.of("dead", "next"));
    } finally {
      scheduler.shutdownNow();
    }
  }
}
