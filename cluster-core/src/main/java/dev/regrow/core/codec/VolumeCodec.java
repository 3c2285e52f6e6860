package dev.regrow.core.codec;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.Entry;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.StoredVolume;

/** Records of volumes, and what is shown of them. */
public final class VolumeCodec {

  private VolumeCodec() {}

  public static StoredVolume stored(Entry entry) {
    return Bytes.parse(StoredVolume.parser(), entry.value(), entry.key());
  }

  public static ByteString bytes(StoredVolume stored) {
    return Bytes.stored(stored);
  }

  public static NamedVolume shown(Entry entry) {
    var stored = stored(entry);
    return stored.getDeclared().toBuilder()
        .setUid(stored.getUid())
        .setIndex(entry.modIndex())
        .build();
  }
}
