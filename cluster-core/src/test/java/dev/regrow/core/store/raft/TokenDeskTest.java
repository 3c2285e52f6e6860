package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.StoreTokenRequest;
import dev.regrow.v1.StoredToken;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenDeskTest {

  private static final ByteString TOKEN =
      StoredToken.newBuilder().setId("admin").setHash("h").build().toByteString();

  private final InMemoryStore agreed = new InMemoryStore();

  @Test
  void a_server_that_knows_nothing_yet_does_not_say_that_there_is_none() throws Exception {
    store();
    var behind = new TokenDesk(agreed, key -> null);

    assertThat(asked(behind, "admin", "h")).isEqualTo(TOKEN);
  }

  @Test
  void there_is_none_of_an_unknown_id_or_another_hash() throws Exception {
    store();
    var desk = new TokenDesk(agreed, key -> null);

    assertThat(asked(desk, "other", "h")).isEqualTo(ByteString.EMPTY);
    assertThat(asked(desk, "admin", "guessed")).isEqualTo(ByteString.EMPTY);
  }

  private void store() throws Exception {
    agreed
        .commit(new Txn(List.of(), List.of(new Txn.Write.Put(Keys.token("admin"), TOKEN))))
        .toCompletableFuture()
        .get();
  }

  private static ByteString asked(TokenDesk desk, String id, String hash) throws Exception {
    return desk.about(StoreTokenRequest.newBuilder().setId(id).setHash(hash).build())
        .toCompletableFuture()
        .get();
  }
}
