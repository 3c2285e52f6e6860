package dev.regrow.core.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.Vault;
import dev.regrow.v1.Secret;
import dev.regrow.v1.StoredContent;
import dev.regrow.v1.StoredSecret;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Records of secrets, and what is shown of them: no value. */
public final class SecretCodec {

  private SecretCodec() {}

  public static StoredSecret stored(Entry entry) {
    return Bytes.parse(StoredSecret.parser(), entry.value(), entry.key());
  }

  public static ByteString bytes(StoredSecret stored) {
    return Bytes.stored(stored);
  }

  public static Secret shown(Entry entry) {
    var stored = stored(entry);
    return stored.getDeclared().toBuilder()
        .clearData()
        .clearBinaryData()
        .setUid(stored.getUid())
        .setIndex(entry.modIndex())
        .build();
  }

  /** What its sealed content is bound to. */
  public static String boundTo(String namespace, String name) {
    return namespace + "/" + name;
  }

  /** Its values, for who has the keys. */
  public static Map<String, ByteString> open(StoredSecret stored, Vault vault) {
    var declared = stored.getDeclared();
    var bytes =
        vault.open(boundTo(declared.getNamespace(), declared.getName()), stored.getSealed());
    try {
      return StoredContent.parseFrom(bytes).getDataMap();
    } catch (InvalidProtocolBufferException damaged) {
      // Without the cause: its message may hold what was read.
      throw new StoreException(
          StoreException.Kind.NO_MAJORITY,
          "what is stored of secret " + declared.getName() + " cannot be read");
    }
  }

  /**
   * The record with these values, sealed.
   *
   * @param stored with all but the values
   */
  public static StoredSecret sealed(
      StoredSecret stored, Map<String, ByteString> values, Vault vault) {
    var declared = stored.getDeclared().toBuilder().clearData().clearBinaryData().clearHashes();
    new TreeMap<>(values)
        .forEach(
            (key, value) -> declared.putHashes(key, vault.hash(canonical(Map.of(key, value)))));
    return resealed(stored, values, vault).toBuilder()
        .setDeclared(declared)
        .setHash(vault.hash(canonical(values)))
        .build();
  }

  /** The same values by the present key; the hashes stay, so that nobody is rolled. */
  public static StoredSecret resealed(
      StoredSecret stored, Map<String, ByteString> values, Vault vault) {
    var content = StoredContent.newBuilder().putAllData(values).build();
    var declared = stored.getDeclared();
    return stored.toBuilder()
        .setSealed(
            vault.seal(boundTo(declared.getNamespace(), declared.getName()), content.toByteArray()))
        .build();
  }

  /** The same bytes for equal values in every release; no two sets of values have the same. */
  private static byte[] canonical(Map<String, ByteString> values) {
    var bytes = new ByteArrayOutputStream();
    new TreeMap<>(values)
        .forEach(
            (key, value) -> {
              part(bytes, key.getBytes(StandardCharsets.UTF_8));
              part(bytes, value.toByteArray());
            });
    return bytes.toByteArray();
  }

  private static void part(ByteArrayOutputStream bytes, byte[] part) {
    bytes.writeBytes((part.length + ":").getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(part);
  }
}
