package dev.regrow.gateway.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/** The handshake of RFC 6455, 4.2. Pure. */
public final class WebSocketKey {

  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;

  private WebSocketKey() {}

  /**
   * What proves to a client that it was understood.
   *
   * @param key as it came
   * @return empty if that is no key
   */
  public static Optional<String> accept(String key) {
    try {
      if (Base64.getDecoder().decode(key).length != KEY_BYTES) {
        return Optional.empty();
      }
      var digest = MessageDigest.getInstance("SHA-1");
      var bytes = digest.digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
      return Optional.of(Base64.getEncoder().encodeToString(bytes));
    } catch (IllegalArgumentException noBase64) {
      return Optional.empty();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
