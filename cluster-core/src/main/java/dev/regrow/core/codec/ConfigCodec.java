package dev.regrow.core.codec;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.Entry;
import dev.regrow.v1.Config;
import dev.regrow.v1.StoredConfig;

/** Records of configs, and what is shown of them: all of it. */
public final class ConfigCodec {

  private ConfigCodec() {}

  public static StoredConfig stored(Entry entry) {
    return Bytes.parse(StoredConfig.parser(), entry.value(), entry.key());
  }

  public static ByteString bytes(StoredConfig stored) {
    return Bytes.stored(stored);
  }

  public static Config shown(Entry entry) {
    return shown(stored(entry), entry.modIndex());
  }

  /**
   * @param index of the record
   */
  public static Config shown(StoredConfig stored, long index) {
    return stored.getDeclared().toBuilder().setUid(stored.getUid()).setIndex(index).build();
  }
}
