package dev.regrow.core.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/** What a certificate authority is known by: {@code sha256:} and its certificate's digest, hex. */
public final class AuthorityName {

  private AuthorityName() {}

  /**
   * Of the cluster that those files belong to.
   *
   * @throws IOException if its certificate cannot be read
   */
  public static String in(TlsFiles files) throws IOException {
    return ofPem(Files.readAllBytes(files.authority()));
  }

  /**
   * Of that certificate.
   *
   * @param pem with one certificate
   * @throws IOException if it holds none
   */
  public static String ofPem(byte[] pem) throws IOException {
    try {
      byte[] der = Pem.certificate(pem).getEncoded();
      return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(der));
    } catch (GeneralSecurityException unreadable) {
      throw new IOException(
          "no certificate of an authority: " + unreadable.getMessage(), unreadable);
    }
  }
}
