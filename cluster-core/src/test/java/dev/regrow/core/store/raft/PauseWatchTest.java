package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PauseWatchTest {

  private final Path data;

  PauseWatchTest(@TempDir Path data) {
    this.data = data;
  }

  @Test
  void a_server_alone_does_not_watch_for_pauses_and_one_among_others_does() throws Exception {
    try (var servers = Servers.first(data)) {
      Servers.await(() -> watches() == 0, () -> watches() + " watch for pauses");

      servers.join();

      servers.awaitGroup(group -> group.members().size() == 2, "two members");
      Servers.await(() -> watches() == 2, () -> watches() + " watch for pauses");
    }
    assertThat(watches()).isZero();
  }

  private static long watches() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("JvmPauseMonitor"))
        .count();
  }
}
