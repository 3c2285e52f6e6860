package dev.regrow.actors.control;

import com.google.protobuf.ByteString;
import dev.regrow.core.codec.ConfigCodec;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.schema.Schema;
import dev.regrow.v1.Config;
import dev.regrow.v1.StoredConfig;
import dev.regrow.v1.WatchEvent;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Configs are kept and shown as they are declared. */
final class ConfigFormat implements ObjectFormat<Config> {

  private final LongSupplier wallMillis;

  ConfigFormat(LongSupplier wallMillis) {
    this.wallMillis = wallMillis;
  }

  @Override
  public ContentRef.Kind kind() {
    return ContentRef.Kind.CONFIG;
  }

  @Override
  public String prefix() {
    return Keys.CONFIGS;
  }

  @Override
  public WorkloadRef ref(Config object) {
    return new WorkloadRef(object.getNamespace(), object.getName());
  }

  @Override
  public Map<String, String> labels(Config object) {
    return object.getLabelsMap();
  }

  @Override
  public boolean same(Entry record, Config declared) {
    return ConfigCodec.stored(record).getDeclared().equals(content(declared));
  }

  @Override
  public boolean rolls(Entry record, Config declared) {
    var before = ConfigCodec.stored(record).getDeclared();
    return !before.getDataMap().equals(declared.getDataMap())
        || !before.getBinaryDataMap().equals(declared.getBinaryDataMap());
  }

  private static Config content(Config declared) {
    boolean bare = declared.getUid().isEmpty() && declared.getIndex() == 0;
    return bare ? declared : declared.toBuilder().clearUid().clearIndex().build();
  }

  @Override
  public ByteString next(@Nullable Entry before, Config declared) {
    var next =
        before == null
            ? StoredConfig.newBuilder()
                .setUid(UUID.randomUUID().toString())
                .setCreatedAt(wallMillis.getAsLong())
            : ConfigCodec.stored(before).toBuilder();
    return ConfigCodec.bytes(
        next.setDeclared(content(declared)).setSchemaVersion(Schema.VERSION).build());
  }

  @Override
  public Config shown(Entry record) {
    return ConfigCodec.shown(record);
  }

  @Override
  public WatchEvent.Builder event(Config shown) {
    return WatchEvent.newBuilder().setConfig(shown);
  }
}
