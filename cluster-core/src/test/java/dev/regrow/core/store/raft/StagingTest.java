package dev.regrow.core.store.raft;

import static dev.regrow.core.store.raft.RaftStores.put;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in may die before it has what the others have. */
class StagingTest {

  private static final String DEAD = "0123456789ab-dead0000";

  @Test
  void one_that_died_while_it_was_let_in_keeps_nobody_else_out_of_a_group_that_is_busy(
      @TempDir Path data) throws Exception {
    try (var servers = Servers.first(data)) {
      var store = servers.get(1);
      var written = new AtomicInteger();
      var enough = new AtomicBoolean();
      var busy =
          CompletableFuture.runAsync(
              () -> {
                while (!enough.get()) {
                  write(store, written.incrementAndGet());
                }
              });
      var node = Objects.requireNonNull(store.keeper().current());
      var group = node.group();
      var now = group.view();
      var dead = group.change(now, Roster.admit(now, DEAD, nobodyAt()).orElseThrow(), 60_000);

      servers.join();
      servers.awaitGroup(members -> members.members().size() == 2, "the one that lives");

      assertThat(dead).isCompletedExceptionally();
      assertThat(servers.get(1).group().toCompletableFuture().get(10, TimeUnit.SECONDS).members())
          .noneMatch(member -> member.peerId().equals(DEAD));
      enough.set(true);
      busy.get(10, TimeUnit.SECONDS);
      assertThat(written.get()).isGreaterThan(100);
    }
  }

  private static void write(RaftStore store, int number) {
    try {
      put(store, "a/" + number % 10, "value");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String nobodyAt() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.9"))) {
      return "127.0.0.9:" + socket.getLocalPort();
    }
  }
}
