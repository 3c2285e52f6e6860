package dev.regrow.core.store.testing;

import dev.regrow.core.identity.Sealing;
import dev.regrow.core.identity.SecretKeys;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Vault;
import dev.regrow.v1.Sealed;
import dev.regrow.v1.SecretKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A vault with one key of its own. */
public final class OneKeyVault implements Vault {

  private final SecretKey key = SecretKeys.generate(0);

  @Override
  public Sealed seal(String boundTo, byte[] content) {
    return Sealing.seal(key, boundTo, content);
  }

  @Override
  public byte[] open(String boundTo, Sealed sealed) {
    return Sealing.open(key, boundTo, sealed)
        .orElseThrow(
            () -> new StoreException(StoreException.Kind.NO_MAJORITY, "it cannot be opened"));
  }

  @Override
  public String hash(byte[] content) {
    return Sealing.hash(key, content);
  }

  @Override
  public String current() {
    return key.getId();
  }

  @Override
  public List<SecretKey> keys() {
    return List.of(key);
  }

  @Override
  public void keep(List<SecretKey> keys) {}

  @Override
  public CompletionStage<List<SecretKey>> exchange(String address, List<SecretKey> give) {
    return CompletableFuture.completedStage(keys());
  }
}
