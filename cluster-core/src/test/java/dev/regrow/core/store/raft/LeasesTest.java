package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.Leases;
import dev.regrow.core.store.StoreException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Leases in the memory of real leaders. */
class LeasesTest {

  private final Path data;

  LeasesTest(@TempDir Path data) {
    this.data = data;
  }

  @Test
  void a_new_leader_takes_every_lease_for_renewed_when_it_was_elected() {
    var book = new LeaseBook();
    book.leads(3, 1_000);
    book.renewed("n1", 5_000);

    assertThat(book.age("n1", 9_000)).isEqualTo(4_000);
    assertThat(book.age("n2", 9_000)).isEqualTo(8_000);
    book.leads(3, 9_500);
    assertThat(book.age("n1", 10_000)).isEqualTo(5_000);
    book.leads(5, 10_000);
    assertThat(book.age("n1", 10_100)).isEqualTo(100);
    assertThat(book.age("n2", 10_100)).isEqualTo(100);
  }

  @Test
  void the_leader_renews_for_whoever_asks_and_the_next_one_knows_nothing() throws Exception {
    try (var servers = Servers.voting(data, 3);
        var worker =
            RemoteStore.connect(
                servers.admitted(data.resolve("worker"), 9),
                List.of(servers.config(1).address()))) {
      long began = System.nanoTime();
      var follower = servers.get(servers.follower());
      RaftStores.put(follower, "a/1", "one");
      long known = follower.appliedIndex();

      assertThat(renew(worker, "w")).isGreaterThanOrEqualTo(known);
      assertThat(renew(follower, "f")).isGreaterThanOrEqualTo(known);
      long between = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) + 1;
      assertThat(age(worker, "f")).isLessThanOrEqualTo(between);
      assertThat(age(worker, "never renewed")).isGreaterThanOrEqualTo(age(worker, "w"));

      long stopped = System.nanoTime();
      servers.stop(servers.leader());

      long since = age(worker, "w");
      assertThat(since)
          .isLessThanOrEqualTo(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stopped) + 1);
    }
  }

  @Test
  void without_a_majority_no_lease_is_renewed() throws Exception {
    try (var servers = Servers.voting(data, 3)) {
      int last = servers.leader();
      for (int i = 1; i <= 3; i++) {
        if (i != last) {
          servers.stop(i);
        }
      }

      assertThat(servers.get(last).renew("n1").toCompletableFuture())
          .failsWithin(15, TimeUnit.SECONDS)
          .withThrowableThat()
          .havingCause()
          .isInstanceOf(StoreException.class);
    }
  }

  private static long renew(Leases leases, String holder) throws Exception {
    return leases.renew(holder).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static long age(Leases leases, String holder) throws Exception {
    return leases.age(holder).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
