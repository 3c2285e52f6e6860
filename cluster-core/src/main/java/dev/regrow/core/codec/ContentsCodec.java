package dev.regrow.core.codec;

import com.google.protobuf.ByteString;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.Entry;
import dev.regrow.v1.Config;
import dev.regrow.v1.ContentKey;
import dev.regrow.v1.ContentKind;
import dev.regrow.v1.ContentUse;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.StoredContent;
import dev.regrow.v1.StoredRevision;
import dev.regrow.v1.Volume;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What templates use of declared objects, and the contents of those. */
public final class ContentsCodec {

  private ContentsCodec() {}

  /** The objects that a template refers to. */
  public static SortedSet<ContentRef> refs(InstanceTemplate template) {
    var refs = new TreeSet<ContentRef>();
    template.getEnvFromMap().values().forEach(key -> refs.add(ref(key)));
    for (var volume : template.getVolumesList()) {
      if (isContent(volume)) {
        refs.add(ref(volume));
      }
    }
    return refs;
  }

  /** The named volumes that a template mounts. */
  public static SortedSet<String> volumes(InstanceTemplate template) {
    var names = new TreeSet<String>();
    for (var volume : template.getVolumesList()) {
      if (volume.getSourceCase() == Volume.SourceCase.VOLUME) {
        names.add(volume.getVolume());
      }
    }
    return names;
  }

  /** The object that a variable's value is kept in. */
  public static ContentRef ref(ContentKey key) {
    return key.hasSecret()
        ? new ContentRef(ContentRef.Kind.SECRET, key.getSecret())
        : new ContentRef(ContentRef.Kind.CONFIG, key.getConfig());
  }

  /** Whether it shows the content of a declared object. */
  public static boolean isContent(Volume volume) {
    return volume.hasConfig() || volume.hasSecret();
  }

  /** The object that a volume shows. */
  public static ContentRef ref(Volume volume) {
    return volume.hasSecret()
        ? new ContentRef(ContentRef.Kind.SECRET, volume.getSecret())
        : new ContentRef(ContentRef.Kind.CONFIG, volume.getConfig());
  }

  /** What a revision uses, as stored. */
  public static SortedMap<ContentRef, String> contents(StoredRevision revision) {
    return contents(revision.getContentsList());
  }

  static SortedMap<ContentRef, String> contents(List<ContentUse> uses) {
    var contents = new TreeMap<ContentRef, String>();
    for (var use : uses) {
      switch (use.getKind()) {
        case CONTENT_CONFIG ->
            contents.put(new ContentRef(ContentRef.Kind.CONFIG, use.getName()), use.getHash());
        case CONTENT_SECRET ->
            contents.put(new ContentRef(ContentRef.Kind.SECRET, use.getName()), use.getHash());
        case CONTENT_KIND_UNSPECIFIED, UNRECOGNIZED -> {
          // Of a later release: nothing that this one could compare.
        }
      }
    }
    return contents;
  }

  /** Hashes by paths as {@code config/web}; what is of no known kind is left out. */
  public static SortedMap<ContentRef, String> byPath(Map<String, String> hashes) {
    var contents = new TreeMap<ContentRef, String>();
    hashes.forEach(
        (path, hash) -> {
          for (var kind : ContentRef.Kind.values()) {
            if (path.startsWith(kind.text() + "/")) {
              contents.put(new ContentRef(kind, path.substring(kind.text().length() + 1)), hash);
            }
          }
        });
    return contents;
  }

  static List<ContentUse> uses(SortedMap<ContentRef, String> contents) {
    return contents.entrySet().stream()
        .map(
            entry ->
                ContentUse.newBuilder()
                    .setKind(
                        entry.getKey().kind() == ContentRef.Kind.SECRET
                            ? ContentKind.CONTENT_SECRET
                            : ContentKind.CONTENT_CONFIG)
                    .setName(entry.getKey().name())
                    .setHash(entry.getValue())
                    .build())
        .toList();
  }

  /** All values of a config, as files have them. */
  public static StoredContent content(Config config) {
    var content = StoredContent.newBuilder().putAllData(config.getBinaryDataMap());
    config.getDataMap().forEach((key, text) -> content.putData(key, ByteString.copyFromUtf8(text)));
    return content.build();
  }

  public static StoredContent content(Entry entry) {
    return Bytes.parse(StoredContent.parser(), entry.value(), entry.key());
  }

  public static StoredRevision revision(Entry entry) {
    return Bytes.parse(StoredRevision.parser(), entry.value(), entry.key());
  }

  public static ByteString bytes(StoredContent content) {
    return Bytes.stored(content);
  }

  /** SHA-256 over all keys and values, hex; the same for equal contents in every release. */
  public static String hash(Map<String, ByteString> data) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      new TreeMap<>(data)
          .forEach(
              (key, value) -> {
                part(digest, ByteString.copyFrom(key, StandardCharsets.UTF_8));
                part(digest, value);
              });
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  /** With its length, so that no two lists of parts look the same. */
  private static void part(MessageDigest digest, ByteString bytes) {
    digest.update((bytes.size() + ":").getBytes(StandardCharsets.US_ASCII));
    digest.update(bytes.toByteArray());
  }
}
