package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.identity.SecretKeys;
import dev.regrow.core.store.KeySharing;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys of secrets, from server to server. */
class KeySharingTest {

  @Test
  void keys_go_to_every_server_and_to_no_witness(@TempDir Path data) throws Exception {
    try (var servers = Servers.first(data)) {
      var first = servers.get(1);
      servers.join();
      var witness = servers.join(true);
      servers.awaitGroup(group -> group.members().size() == 3, "three members");
      var key = SecretKeys.generate(7);

      first.keep(List.of(key));
      var without =
          KeySharing.share(first, first, List.of(key))
              .toCompletableFuture()
              .get(20, TimeUnit.SECONDS);

      assertThat(without).isEmpty();
      assertThat(servers.get(2).keys()).containsExactly(key);
      assertThat(witness.keys()).isEmpty();
    }
  }

  @Test
  void who_comes_later_asks_for_them(@TempDir Path data) throws Exception {
    try (var servers = Servers.first(data)) {
      var key = SecretKeys.generate(7);
      servers.get(1).keep(List.of(key));
      var second = servers.join();
      servers.awaitGroup(group -> group.members().size() == 2, "two members");

      KeySharing.collect(second, second).toCompletableFuture().get(20, TimeUnit.SECONDS);

      assertThat(second.keys()).containsExactly(key);
    }
  }
}
