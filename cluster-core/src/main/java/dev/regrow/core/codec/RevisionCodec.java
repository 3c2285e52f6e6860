package dev.regrow.core.codec;

import dev.regrow.core.model.Revision;
import dev.regrow.core.store.Entry;
import dev.regrow.v1.StoredRevision;

/** Revision records. */
public final class RevisionCodec {

  private RevisionCodec() {}

  public static Revision revision(Entry entry) {
    var stored = Bytes.parse(StoredRevision.parser(), entry.value(), entry.key());
    return new Revision(
        Long.parseLong(last(entry.key())),
        DeclaredCodec.template(
            stored.getInstance(),
            stored.getHash(),
            ContentsCodec.contents(stored.getContentsList()),
            stored.getImageDigest()),
        stored.getCreatedAt(),
        stored.getCause(),
        stored.getSchemaVersion(),
        Bytes.opaque(stored));
  }

  /** As the API shows it. */
  public static dev.regrow.v1.Revision shown(
      String namespace, String workload, Entry entry, boolean current) {
    var stored = Bytes.parse(StoredRevision.parser(), entry.value(), entry.key());
    return dev.regrow.v1.Revision.newBuilder()
        .setNamespace(namespace)
        .setWorkload(workload)
        .setRevision(Long.parseLong(last(entry.key())))
        .setInstance(stored.getInstance())
        .setCreatedAt(stored.getCreatedAt())
        .setCause(stored.getCause())
        .setHash(stored.getHash())
        .setCurrent(current)
        .setIndex(entry.modIndex())
        .setSchemaVersion(stored.getSchemaVersion())
        .addAllContents(stored.getContentsList())
        .setImageDigest(stored.getImageDigest())
        .build();
  }

  static StoredRevision stored(Revision revision) {
    return Bytes.parse(StoredRevision.parser(), revision.origin(), "revision").toBuilder()
        .setInstance(DeclaredCodec.template(revision.template()))
        .setCreatedAt(revision.createdAt())
        .setCause(revision.cause())
        .setHash(revision.template().hash())
        .setSchemaVersion(revision.schemaVersion())
        .clearContents()
        .addAllContents(ContentsCodec.uses(revision.template().contents()))
        .setImageDigest(revision.template().image().digest())
        .build();
  }

  private static String last(String key) {
    return key.substring(key.lastIndexOf('/') + 1);
  }
}
