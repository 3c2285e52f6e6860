package dev.regrow.actors.instance;

import com.google.protobuf.ByteString;
import dev.regrow.core.codec.ContentsCodec;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.store.AssignedContents;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.source.Credentials;
import dev.regrow.runtime.image.source.RegistryAuth;
import dev.regrow.v1.ContentKey;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Volume;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What one instance sees of declared objects; shows nothing of it. */
public final class Contents {

  /** Of an instance that refers to none. */
  public static final Contents NONE = new Contents(Map.of());

  private final Map<String, Map<String, ByteString>> byObject;

  /**
   * @param byObject by object, as {@code config/web}, and key
   */
  public Contents(Map<String, Map<String, ByteString>> byObject) {
    this.byObject = Map.copyOf(byObject);
  }

  /**
   * The value of a variable.
   *
   * @throws IllegalArgumentException naming object and key, never a value
   */
  String variable(String name, ContentKey key) {
    var ref = ContentsCodec.ref(key);
    var value = of(ref).get(key.getKey());
    if (value == null) {
      throw new IllegalArgumentException(
          "the variable %s: %s has no key %s; set it, or name another"
              .formatted(name, ref, key.getKey()));
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(value.toByteArray()))
          .toString();
    } catch (CharacterCodingException notText) {
      throw new IllegalArgumentException(
          "the variable %s: the key %s of %s is no UTF-8 text; show it as a file"
              .formatted(name, key.getKey(), ref),
          notText);
    }
  }

  /** A file for each key. */
  LaunchSpec.Mount files(Volume volume) {
    var files = new HashMap<String, LaunchSpec.Bytes>();
    of(ContentsCodec.ref(volume))
        .forEach((key, value) -> files.put(key, new LaunchSpec.Bytes(value.toByteArray())));
    return new LaunchSpec.Mount.Files(files, volume.getAt(), volume.hasSecret());
  }

  /** Whether an instance of it sees anything, or anything is shown for it. */
  static boolean areNeededBy(InstanceTemplate template) {
    return !ContentsCodec.refs(template).isEmpty() || !template.getPullSecret().isEmpty();
  }

  /**
   * What the registry of its image is shown.
   *
   * @throws IllegalArgumentException naming the secret and what it must hold
   */
  Optional<Credentials> registry(InstanceTemplate template) {
    var name = template.getPullSecret();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    var data = byObject.getOrDefault(AssignedContents.PULL_SECRET + name, Map.of());
    if (data.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no pullSecret %s any more: regrow secret set %s username=… password=… registry=HOST"
              .formatted(name, name));
    }
    return shown(name, data, ImageReference.parse(template.getImage()));
  }

  /**
   * What the registry of an image is shown of a secret.
   *
   * @throws IllegalArgumentException naming the secret and what it must hold
   */
  public static Optional<Credentials> shown(
      String secret, Map<String, ByteString> data, ImageReference image) {
    var values = new HashMap<String, byte[]>();
    data.forEach((key, value) -> values.put(key, value.toByteArray()));
    try {
      return RegistryAuth.of(values, image);
    } catch (RuntimeFailure unusable) {
      throw new IllegalArgumentException(
          "pullSecret %s: %s".formatted(secret, unusable.getMessage()), unusable);
    }
  }

  private Map<String, ByteString> of(ContentRef ref) {
    var content = byObject.get(ref.path());
    if (content == null) {
      throw new IllegalArgumentException("the revision holds nothing of " + ref);
    }
    return content;
  }

  @Override
  public String toString() {
    return "contents of " + byObject.keySet();
  }
}
