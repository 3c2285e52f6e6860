package dev.regrow.core.store.raft;

import static dev.regrow.core.store.raft.RaftStores.put;
import static dev.regrow.core.store.raft.RaftStores.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.WatchListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store as a node without one sees it. */
class RemoteStoreTest {

  private final Path data;

  RemoteStoreTest(@TempDir Path data) {
    this.data = data;
  }

  @Test
  void a_worker_writes_reads_and_watches_through_any_server_and_goes_on_when_one_dies()
      throws Exception {
    try (var servers = Servers.voting(data, 3);
        var worker =
            RemoteStore.connect(
                servers.admitted(data.resolve("worker"), 9),
                List.of(servers.config(1).address()))) {
      var heard = new ConcurrentLinkedQueue<Long>();
      worker.watch("a/", 0, new Indexes(heard));
      for (int i = 1; i <= 10; i++) {
        put(worker, "a/" + i, "value");
      }
      assertThat(worker.group().toCompletableFuture().get(10, TimeUnit.SECONDS).voters())
          .hasSize(3);
      assertThat(read(worker, RangeQuery.prefix("a/")).entries()).hasSize(10);

      servers.stop(servers.leader());
      for (int i = 11; i <= 20; i++) {
        put(worker, "a/" + i, "value");
      }

      assertThat(read(worker, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(20);
      Servers.await(() -> heard.size() >= 20, heard::toString);
      assertThat(heard).containsExactlyElementsOf(LongStream.rangeClosed(1, 20).boxed().toList());
    }
  }

  private record Indexes(Queue<Long> heard) implements WatchListener {
    @Override
    public void onChanges(long index, List<Change> changes) {
      heard.add(index);
    }

    @Override
    public void onGone(long oldestIndex) {
      heard.add(-oldestIndex);
    }
  }
}
