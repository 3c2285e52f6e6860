package dev.regrow.actors.control;

import com.google.protobuf.ByteString;
import dev.regrow.core.codec.NamespaceCodec;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.schema.Relaxations;
import dev.regrow.schema.Schema;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.StoredNamespace;
import dev.regrow.v1.WatchEvent;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Namespaces are kept and shown as they are declared; {@code default} is there without that. */
final class NamespaceFormat implements ObjectFormat<Namespace> {

  private final LongSupplier wallMillis;

  NamespaceFormat(LongSupplier wallMillis) {
    this.wallMillis = wallMillis;
  }

  @Override
  public ContentRef.@Nullable Kind kind() {
    return null;
  }

  @Override
  public String noun() {
    return "namespace";
  }

  @Override
  public String title(WorkloadRef ref) {
    return "namespace " + ref.name();
  }

  @Override
  public String absence(WorkloadRef ref) {
    return "namespace %s is not declared; the rules of namespace %s hold in it"
        .formatted(ref.name(), Relaxations.DEFAULT);
  }

  @Override
  public String prefix() {
    return Keys.NAMESPACES;
  }

  @Override
  public String key(WorkloadRef ref) {
    return Keys.namespace(ref.name());
  }

  @Override
  public WorkloadRef ref(String key) {
    return named(key.substring(Keys.NAMESPACES.length()));
  }

  @Override
  public WorkloadRef ref(Namespace object) {
    return named(object.getName());
  }

  /** How a namespace is referred to: as if it were in itself. */
  static WorkloadRef named(String name) {
    return new WorkloadRef(name, name);
  }

  @Override
  public @Nullable ByteString implied(WorkloadRef ref) {
    return ref.name().equals(Relaxations.DEFAULT) ? builtIn() : null;
  }

  private static ByteString builtIn() {
    return NamespaceCodec.bytes(
        StoredNamespace.newBuilder().setDeclared(Relaxations.builtIn()).build());
  }

  @Override
  public Map<String, String> labels(Namespace object) {
    return object.getLabelsMap();
  }

  @Override
  public boolean same(Entry record, Namespace declared) {
    return NamespaceCodec.stored(record).getDeclared().equals(content(declared));
  }

  @Override
  public boolean rolls(Entry record, Namespace declared) {
    return false;
  }

  private static Namespace content(Namespace declared) {
    return declared.toBuilder().clearUid().clearIndex().build();
  }

  @Override
  public ByteString next(@Nullable Entry before, Namespace declared) {
    var next =
        before == null ? StoredNamespace.newBuilder() : NamespaceCodec.stored(before).toBuilder();
    if (next.getUid().isEmpty()) {
      next.setUid(UUID.randomUUID().toString()).setCreatedAt(wallMillis.getAsLong());
    }
    return NamespaceCodec.bytes(
        next.setDeclared(content(declared)).setSchemaVersion(Schema.VERSION).build());
  }

  @Override
  public Namespace shown(Entry record) {
    return NamespaceCodec.shown(record);
  }

  @Override
  public WatchEvent.Builder event(Namespace shown) {
    return WatchEvent.newBuilder().setNamespace(shown);
  }
}
