package dev.regrow.core.codec;

import com.google.protobuf.ByteString;
import dev.regrow.core.store.Entry;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.StoredNamespace;

/** Records of namespaces, and what is shown of them. */
public final class NamespaceCodec {

  private NamespaceCodec() {}

  public static StoredNamespace stored(Entry entry) {
    return Bytes.parse(StoredNamespace.parser(), entry.value(), entry.key());
  }

  public static ByteString bytes(StoredNamespace stored) {
    return Bytes.stored(stored);
  }

  public static Namespace shown(Entry entry) {
    var stored = stored(entry);
    return stored.getDeclared().toBuilder()
        .setUid(stored.getUid())
        .setIndex(entry.modIndex())
        .build();
  }
}
