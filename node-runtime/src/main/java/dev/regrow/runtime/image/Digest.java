package dev.regrow.runtime.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The SHA-256 of some bytes, which names them everywhere. Other algorithms are refused: nobody uses
 * them, and each would be another way to name the same bytes.
 *
 * @param hex 64 lower-case digits
 */
public record Digest(String hex) implements Comparable<Digest> {

  private static final String ALGORITHM = "sha256:";
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  public Digest {
    if (!HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException("no SHA-256: " + hex);
    }
  }

  /**
   * @param text as {@code sha256:…}
   */
  public static Digest parse(String text) {
    if (!isOne(text)) {
      throw new BadImage("'" + shown(text) + "' is no digest: sha256: and 64 hex digits are one");
    }
    return new Digest(text.substring(ALGORITHM.length()));
  }

  static boolean isOne(String text) {
    return text.startsWith(ALGORITHM) && HEX.matcher(text.substring(ALGORITHM.length())).matches();
  }

  public static Digest of(byte[] bytes) {
    return finish(hasher(), bytes);
  }

  /** An empty hash, to be fed and handed to {@link #of(MessageDigest)}. */
  public static MessageDigest hasher() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Of all that a hash was fed; it is empty again then. */
  public static Digest of(MessageDigest fed) {
    return new Digest(HexFormat.of().formatHex(fed.digest()));
  }

  private static Digest finish(MessageDigest hasher, byte[] bytes) {
    hasher.update(bytes);
    return of(hasher);
  }

  private static String shown(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "…" : text;
  }

  @Override
  public int compareTo(Digest other) {
    return hex.compareTo(other.hex);
  }

  @Override
  public String toString() {
    return ALGORITHM + hex;
  }
}
