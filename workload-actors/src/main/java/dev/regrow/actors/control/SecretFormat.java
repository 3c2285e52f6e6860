package dev.regrow.actors.control;

import com.google.protobuf.ByteString;
import dev.regrow.core.codec.SecretCodec;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Vault;
import dev.regrow.schema.Schema;
import dev.regrow.v1.Secret;
import dev.regrow.v1.StoredSecret;
import dev.regrow.v1.WatchEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Secrets: their values are sealed here, before anything of them leaves this server. */
final class SecretFormat implements ObjectFormat<Secret> {

  private final Vault vault;
  private final LongSupplier wallMillis;

  SecretFormat(Vault vault, LongSupplier wallMillis) {
    this.vault = vault;
    this.wallMillis = wallMillis;
  }

  @Override
  public ContentRef.Kind kind() {
    return ContentRef.Kind.SECRET;
  }

  @Override
  public String prefix() {
    return Keys.SECRETS;
  }

  @Override
  public WorkloadRef ref(Secret object) {
    return new WorkloadRef(object.getNamespace(), object.getName());
  }

  @Override
  public Map<String, String> labels(Secret object) {
    return object.getLabelsMap();
  }

  @Override
  public boolean same(Entry record, Secret declared) {
    var before = SecretCodec.stored(record).getDeclared();
    return before.getLabelsMap().equals(declared.getLabelsMap()) && !rolls(record, declared);
  }

  @Override
  public boolean rolls(Entry record, Secret declared) {
    var stored = SecretCodec.stored(record);
    boolean kept =
        declared.getDataCount() == 0
            && declared.getBinaryDataCount() == 0
            && declared.getHashesMap().equals(stored.getDeclared().getHashesMap());
    return !kept && !SecretCodec.open(stored, vault).equals(values(stored, declared));
  }

  /** What is sent, and what it says it keeps. */
  private Map<String, ByteString> values(@Nullable StoredSecret before, Secret declared) {
    var values = new HashMap<String, ByteString>(declared.getBinaryDataMap());
    declared.getDataMap().forEach((key, text) -> values.put(key, ByteString.copyFromUtf8(text)));
    var kept = new HashMap<>(declared.getHashesMap());
    kept.keySet().removeAll(values.keySet());
    if (kept.isEmpty()) {
      return values;
    }
    var known = before == null ? Map.<String, String>of() : before.getDeclared().getHashesMap();
    kept.forEach(
        (key, hash) -> {
          if (!hash.equals(known.get(key))) {
            throw new Refusal(
                Refusal.Kind.CONFLICT,
                "secret %s has no value of that hash for %s: send the value in data, or read the secret again"
                    .formatted(ref(declared), key));
          }
        });
    if (before != null) {
      SecretCodec.open(before, vault)
          .forEach(
              (key, value) -> {
                if (kept.containsKey(key)) {
                  values.put(key, value);
                }
              });
    }
    return values;
  }

  @Override
  public ByteString next(@Nullable Entry before, Secret declared) {
    var stored = before == null ? null : SecretCodec.stored(before);
    var values = values(stored, declared);
    var next =
        stored == null
            ? StoredSecret.newBuilder()
                .setUid(UUID.randomUUID().toString())
                .setCreatedAt(wallMillis.getAsLong())
            : stored.toBuilder();
    var content = declared.toBuilder().clearData().clearBinaryData().clearUid().clearIndex();
    boolean same = before != null && !rolls(before, declared);
    if (same && stored != null) { // The labels alone: its seal and its hashes stay as they are.
      content.clearHashes().putAllHashes(stored.getDeclared().getHashesMap());
    }
    next.setDeclared(content).setSchemaVersion(Schema.VERSION);
    return SecretCodec.bytes(same ? next.build() : SecretCodec.sealed(next.build(), values, vault));
  }

  @Override
  public Secret shown(Entry record) {
    return SecretCodec.shown(record);
  }

  @Override
  public WatchEvent.Builder event(Secret shown) {
    return WatchEvent.newBuilder().setSecret(shown);
  }
}
