package dev.regrow.core.identity;

import com.google.protobuf.ByteString;
import dev.regrow.v1.Sealed;
import dev.regrow.v1.SecretKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals bytes with AES-256-GCM, bound to what they belong to, and hashes them with a key. Two keys
 * are derived from each key of secrets (HMAC-SHA256 over a label), so that neither use weakens the
 * other.
 */
public final class Sealing {

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Sealing() {}

  /**
   * @param boundTo only with the same can it be opened
   */
  public static Sealed seal(SecretKey key, String boundTo, byte[] content) {
    var nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    try {
      var cipher = cipher(Cipher.ENCRYPT_MODE, key, nonce, boundTo);
      return Sealed.newBuilder()
          .setKeyId(key.getId())
          .setNonce(ByteString.copyFrom(nonce))
          .setContent(ByteString.copyFrom(cipher.doFinal(content)))
          .build();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has AES-GCM", impossible);
    }
  }

  /** Empty: it was sealed with another key, for something else, or was changed. */
  public static Optional<byte[]> open(SecretKey key, String boundTo, Sealed sealed) {
    try {
      var cipher = cipher(Cipher.DECRYPT_MODE, key, sealed.getNonce().toByteArray(), boundTo);
      return Optional.of(cipher.doFinal(sealed.getContent().toByteArray()));
    } catch (AEADBadTagException refused) {
      return Optional.empty();
    } catch (GeneralSecurityException damaged) {
      return Optional.empty();
    }
  }

  /** Tells who has not the key nothing, not even whether two of different keys are equal. */
  public static String hash(SecretKey key, byte[] content) {
    return HexFormat.of().formatHex(mac(derived(key, "regrow hash 1"), content));
  }

  private static Cipher cipher(int mode, SecretKey key, byte[] nonce, String boundTo)
      throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode,
        new SecretKeySpec(derived(key, "regrow seal 1"), "AES"),
        new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(boundTo.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static byte[] derived(SecretKey key, String label) {
    return mac(key.getKey().toByteArray(), label.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] mac(byte[] key, byte[] content) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(content);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has HmacSHA256", impossible);
    }
  }
}
