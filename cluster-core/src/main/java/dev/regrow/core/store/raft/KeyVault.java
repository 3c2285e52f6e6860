package dev.regrow.core.store.raft;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.identity.Sealing;
import dev.regrow.core.identity.SecretKeys;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Permissions;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.StoreException.Kind;
import dev.regrow.core.store.Vault;
import dev.regrow.v1.Sealed;
import dev.regrow.v1.SecretKey;
import dev.regrow.v1.StoreKeysRequest;
import dev.regrow.v1.StoredSecretKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** A server's keys: those of its file, of which the store says which one seals. */
final class KeyVault implements Vault {

  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final SecretKeys keys;
  private final Permissions.Present present;
  private final Channels channels;

  KeyVault(SecretKeys keys, Permissions.Present present, Channels channels) {
    this.keys = keys;
    this.present = present;
    this.channels = channels;
  }

  @Override
  public String current() {
    Entry entry = present.get(Keys.SECRET_KEYS);
    try {
      return entry == null ? "" : StoredSecretKeys.parseFrom(entry.value()).getCurrent();
    } catch (InvalidProtocolBufferException damaged) {
      throw new IllegalStateException("the record " + Keys.SECRET_KEYS + " is damaged", damaged);
    }
  }

  private SecretKey key(String id) {
    if (id.isEmpty()) {
      throw new StoreException(
          Kind.NO_MAJORITY, "the cluster has no key of secrets yet; try again in a moment");
    }
    try {
      return keys.find(id)
          .orElseThrow(
              () ->
                  new StoreException(
                      Kind.NO_MAJORITY,
                      ("this server has not got the key %s of secrets: it asks the others for it;"
                              + " after a restore, restore once more with --key")
                          .formatted(id)));
    } catch (IOException e) {
      throw new StoreException(Kind.NO_MAJORITY, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public Sealed seal(String boundTo, byte[] content) {
    return Sealing.seal(key(current()), boundTo, content);
  }

  @Override
  public byte[] open(String boundTo, Sealed sealed) {
    return Sealing.open(key(sealed.getKeyId()), boundTo, sealed)
        .orElseThrow(
            () ->
                new StoreException(
                    Kind.NO_MAJORITY, "what is stored of secret " + boundTo + " cannot be opened"));
  }

  @Override
  public String hash(byte[] content) {
    return Sealing.hash(key(current()), content);
  }

  @Override
  public List<SecretKey> keys() {
    try {
      return keys.all();
    } catch (IOException e) {
      throw new StoreException(Kind.NO_MAJORITY, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void keep(List<SecretKey> more) {
    try {
      keys.add(more);
    } catch (IOException e) {
      throw new StoreException(
          Kind.DISK_FULL, "cannot keep the keys of secrets: " + e.getMessage(), e);
    }
  }

  @Override
  public CompletionStage<List<SecretKey>> exchange(String address, List<SecretKey> give) {
    return channels
        .ask(address, Wire.KEYS, StoreKeysRequest.newBuilder().addAllGive(give).build(), PATIENCE)
        .thenApply(
            reply -> {
              if (reply.hasRefusal()) {
                throw Refusals.decode(reply.getRefusal());
              }
              return reply.getKeysList();
            });
  }
}
