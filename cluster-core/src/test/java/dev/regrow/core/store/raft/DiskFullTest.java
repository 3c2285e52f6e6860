package dev.regrow.core.store.raft;

import static dev.regrow.core.store.raft.RaftStores.put;
import static dev.regrow.core.store.raft.RaftStores.putting;
import static dev.regrow.core.store.raft.RaftStores.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.regrow.core.disk.SpaceGuard;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a small file system of its own, really filled. */
@Tag("kernel")
class DiskFullTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path disk;

  DiskFullTest(@TempDir Path parent) {
    disk = parent.resolve("regrow-disk");
  }

  @BeforeEach
  void mount() throws Exception {
    Files.createDirectory(disk);
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=64m", "regrow-test", disk.toString());
    assumeThat(mounted).as("a tmpfs can be mounted (needs root)").isTrue();
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", disk.toString());
  }

  @Test
  void a_full_disk_refuses_writes_and_serves_again_by_itself() throws Exception {
    try (var store = RaftStores.open(disk)) {
      put(store, "a/1", "one");
      put(store, "a/2", "two");

      fill();
      awaitHealth(store, false);
      assertThat(refusal(store)).isEqualTo(Kind.DISK_FULL);
      assertThat(store.health().message()).contains("full").contains("free some space");
      assertThat(read(store, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(2);
      var delete = new Txn(List.of(), List.of(new Txn.Write.Delete("a/2")));
      assertThat(store.commit(delete).toCompletableFuture().get(10, TimeUnit.SECONDS))
          .isInstanceOf(TxnResult.Committed.class);

      empty();
      awaitWritable(store);
      assertThat(put(store, "a/3", "three")).isEqualTo(new TxnResult.Committed(4));
    }
  }

  @Test
  void a_write_that_the_disk_refuses_takes_nothing_with_it_and_service_resumes_in_place()
      throws Exception {
    var blind = new SpaceGuard.Limits(0, 0);
    var config = RaftStores.config(disk);
    try (var store = RaftStore.open(config, blind)) {
      put(store, "a/1", "one");
      fill();
      String large = "x".repeat(500_000);
      int written = 0;
      Kind kind = null;
      for (; kind == null && written < 200; written++) {
        kind = refusal(store, "b/" + written, large);
      }
      assertThat(kind).as("after %d writes", written).isNotNull();
      awaitHealth(store, false);
      assertThat(read(store, RangeQuery.key("a/1")).entries()).hasSize(1);

      empty();
      awaitWritable(store);

      put(store, "a/2", "two");
      assertThat(read(store, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(2);
      int acknowledged = written - 1;
      assertThat(read(store, RangeQuery.prefix("b/").linearizable()).entries())
          .hasSizeBetween(acknowledged, acknowledged + 1);
    }
    try (var store = RaftStores.open(disk)) {
      assertThat(read(store, RangeQuery.prefix("a/").linearizable()).entries()).hasSize(2);
    }
  }

  @Test
  void a_snapshot_that_finds_no_room_is_put_off_and_costs_nothing() throws Exception {
    var blind = new SpaceGuard.Limits(0, 0);
    var config = RaftStores.config(disk);
    try (var store =
        RaftStore.open(config.with(config.tuning().snapshotEvery(5, 1 << 20)), blind)) {
      String large = "x".repeat(700_000);
      for (int i = 0; i < 3; i++) {
        put(store, "a/" + i, large);
      }
      fill(1_500_000);
      Kind kind = null;
      for (int i = 0; kind == null && i < 100; i++) {
        kind = refusal(store, "c/" + i, "small");
      }

      empty();
      awaitWritable(store);
      for (int i = 0; i < 12; i++) {
        put(store, "d/" + i, large);
      }
      assertThat(read(store, RangeQuery.prefix("d/").linearizable()).entries()).hasSize(12);
    }
  }

  @Test
  void a_leader_whose_disk_is_full_lets_another_lead_and_writes_go_on(@TempDir Path data)
      throws Exception {
    Files.createSymbolicLink(data.resolve("n1"), disk);
    try (var servers = Servers.voting(data, 3)) {
      var first = servers.get(1);
      assertThat(servers.leader()).as("who formed the group").isEqualTo(1);
      put(first, "a/1", "one");

      fill();

      for (int i = 0; i < 20; i++) {
        var key = "b/" + i;
        Servers.await(() -> isTaken(first, key), () -> key + " is refused");
      }
      assertThat(servers.leader()).isNotEqualTo(1);
      assertThat(first.troubles()).singleElement().asString().contains("is full");

      empty();
      awaitWritable(first);
      servers.awaitGroup(
          group -> group.members().stream().allMatch(one -> one.reachable() && one.lag() == 0),
          "all three at the same point");
      assertThat(read(first, RangeQuery.prefix("b/").linearizable()).entries()).hasSize(20);
      assertThat(first.troubles()).isEmpty();
    }
  }

  /** A busy machine elects anew now and then, also who has no room. */
  private static boolean isTaken(Store store, String key) {
    try {
      return refusal(store, key, "by another") == null;
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private static @Nullable Kind refusal(Store store) throws Exception {
    return refusal(store, "a/refused", "no");
  }

  private static @Nullable Kind refusal(Store store, String key, String value) throws Exception {
    try {
      store.commit(putting(key, value)).toCompletableFuture().get(15, TimeUnit.SECONDS);
      return null;
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof StoreException refused) {
        return refused.kind();
      }
      throw failed;
    }
  }

  private static void awaitWritable(Store store) {
    awaitHealth(store, true);
  }

  private static void awaitHealth(Store store, boolean writable) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (store.health().writable() != writable) {
      assertThat(System.nanoTime() - deadline)
          .as("health is still %s", store.health())
          .isNegative();
      LockSupport.parkNanos(20_000_000);
    }
  }

  private void fill() throws IOException {
    fill(0);
  }

  /** Fills the disk, and then leaves so many bytes. */
  private void fill(int left) throws IOException {
    Path spare = disk.resolve("spare");
    Files.write(spare, new byte[left]);
    byte[] block = new byte[1 << 16];
    for (int size = block.length; size > 0; size /= 16) {
      try (OutputStream filler = Files.newOutputStream(disk.resolve("filler" + size))) {
        for (; ; ) {
          filler.write(block, 0, size);
        }
      } catch (IOException full) {
        assertThat(full).hasMessageContaining("No space left");
      }
    }
    Files.delete(spare);
  }

  private void empty() throws IOException {
    try (var files = Files.list(disk)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith("filler")) {
          Files.delete(file);
        }
      }
    }
  }

  private static boolean run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
