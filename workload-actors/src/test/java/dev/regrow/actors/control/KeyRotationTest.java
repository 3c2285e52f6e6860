package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.regrow.core.codec.SecretCodec;
import dev.regrow.core.identity.Sealing;
import dev.regrow.core.identity.SecretKeys;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.Vault;
import dev.regrow.core.store.testing.InMemoryStore;
import dev.regrow.v1.Sealed;
import dev.regrow.v1.Secret;
import dev.regrow.v1.SecretKey;
import dev.regrow.v1.SecretKind;
import dev.regrow.v1.StoredSecretKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** A new key takes the place of the old one. */
class KeyRotationTest {

  private final InMemoryStore store = new InMemoryStore();
  private final ManyKeys vault = new ManyKeys();
  private final Objects<Secret> secrets = StoredObjects.secrets(store, vault, () -> 0);

  @Test
  void all_that_is_stored_is_sealed_by_the_new_key_and_no_hash_changes() {
    secrets.put(secret("a"), Precondition.NONE).toCompletableFuture().join();
    var before = record();

    new KeyRotation(store, vault, () -> 0).rotate().toCompletableFuture().join();
    vault.forgetAllButTheLast();
    var after = record();

    assertThat(after.getSealed().getKeyId())
        .isNotEqualTo(before.getSealed().getKeyId())
        .isEqualTo(vault.current());
    assertThat(after.getHash()).isEqualTo(before.getHash());
    assertThat(after.getDeclared()).isEqualTo(before.getDeclared());
    assertThat(SecretCodec.open(after, vault))
        .containsEntry("password", ByteString.copyFromUtf8("a"));
  }

  private dev.regrow.v1.StoredSecret record() {
    return SecretCodec.stored(entry(Keys.SECRETS + "default/db"));
  }

  private Entry entry(String key) {
    return store.range(RangeQuery.key(key)).toCompletableFuture().join().entries().get(0);
  }

  private static Secret secret(String password) {
    return Secret.newBuilder()
        .setKind(SecretKind.SECRET)
        .setNamespace("default")
        .setName("db")
        .putData("password", password)
        .build();
  }

  /** A vault whose present key is the one that the store names. */
  private final class ManyKeys implements Vault {
    private final List<SecretKey> keys = new ArrayList<>(List.of(SecretKeys.generate(0)));

    ManyKeys() {
      var record =
          StoredSecretKeys.newBuilder()
              .setCurrent(keys.get(0).getId())
              .addIds(keys.get(0).getId())
              .build();
      store
          .commit(
              new Txn(
                  List.of(), List.of(new Txn.Write.Put(Keys.SECRET_KEYS, record.toByteString()))))
          .toCompletableFuture()
          .join();
    }

    void forgetAllButTheLast() {
      keys.subList(0, keys.size() - 1).clear();
    }

    private SecretKey key(String id) {
      return keys.stream()
          .filter(key -> key.getId().equals(id))
          .findFirst()
          .orElseThrow(() -> new StoreException(StoreException.Kind.NO_MAJORITY, "no such key"));
    }

    @Override
    public Sealed seal(String boundTo, byte[] content) {
      return Sealing.seal(key(current()), boundTo, content);
    }

    @Override
    public byte[] open(String boundTo, Sealed sealed) {
      return Sealing.open(key(sealed.getKeyId()), boundTo, sealed).orElseThrow();
    }

    @Override
    public String hash(byte[] content) {
      return Sealing.hash(key(current()), content);
    }

    @Override
    public String current() {
      try {
        return StoredSecretKeys.parseFrom(entry(Keys.SECRET_KEYS).value()).getCurrent();
      } catch (com.google.protobuf.InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public List<SecretKey> keys() {
      return List.copyOf(keys);
    }

    @Override
    public void keep(List<SecretKey> more) {
      keys.addAll(more);
    }

    @Override
    public CompletionStage<List<SecretKey>> exchange(String address, List<SecretKey> give) {
      return CompletableFuture.completedStage(keys());
    }
  }
}
