package dev.regrow.schema;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import dev.regrow.v1.InstanceTemplate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What decides whether two instance templates are the same revision: their bytes, defaults in. */
public final class Templates {
  private Templates() {}

  /**
   * SHA-256 of the schema's version and the deterministic bytes, in hex.
   *
   * @param template with its defaults written in
   * @param schemaVersion that wrote the defaults, {@link Schema#VERSION} for new ones
   */
  public static String hash(InstanceTemplate template, int schemaVersion) {
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(schemaVersion).array());
    digest.update(bytes(template));
    return HexFormat.of().formatHex(digest.digest());
  }

  /** With the present version of the schema. */
  public static String hash(InstanceTemplate template) {
    return hash(template, Schema.VERSION);
  }

  /** The same for equal messages in this and every later release: fields by number, maps by key. */
  static byte[] bytes(Message message) {
    var bytes = new byte[message.getSerializedSize()];
    var out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException impossible) {
      throw new UncheckedIOException("writing to memory", impossible);
    }
    return bytes;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
