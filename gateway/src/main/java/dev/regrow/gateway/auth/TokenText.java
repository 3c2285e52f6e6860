package dev.regrow.gateway.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** Tokens as text: {@code ID.SECRET}, the secret being 256 random bits in base64url. */
public final class TokenText {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SECRET_BYTES = 32;
  private static final int ID_LENGTH = 10;
  private static final String ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";

  private TokenText() {}

  /** A new token of that id. */
  public static String random(String id) {
    var secret = new byte[SECRET_BYTES];
    RANDOM.nextBytes(secret);
    return id + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  /** An id that nobody has yet, very likely: 50 random bits in lower-case base32. */
  static String randomId() {
    var id = new StringBuilder();
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(ID_LETTERS.charAt(RANDOM.nextInt(ID_LETTERS.length())));
    }
    return id.toString();
  }

  /** What is before the dot; "" without one. */
  public static String idOf(String token) {
    int dot = token.indexOf('.');
    return dot < 0 ? "" : token.substring(0, dot);
  }

  /** The SHA-256 of the whole token, hex: all that is ever stored of it. */
  public static String hash(String token) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
