package dev.regrow.core.identity;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's key and certificate as its files hold them now: a renewed certificate is shown from the
 * next handshake on. Thread-safe.
 */
final class RenewedKeys extends X509ExtendedKeyManager {

  private static final Logger LOG = LoggerFactory.getLogger(RenewedKeys.class);

  /** What was read, under a name of its own, as one handshake asks for it in several calls. */
  private record Shown(String alias, PrivateKey key, X509Certificate certificate, FileTime at) {}

  private final TlsFiles files;
  private final X509Certificate authority;
  private final long lookNanos;
  private volatile Shown shown;
  private volatile @Nullable Shown before;
  private volatile long lookedNanos;

  /**
   * @param look how long what was read is used without another look at the files
   */
  RenewedKeys(TlsFiles files, Duration look) throws IOException {
    this.files = files;
    this.authority = authority(files);
    this.lookNanos = look.toNanos();
    this.shown = read(0);
    this.lookedNanos = System.nanoTime();
  }

  private static X509Certificate authority(TlsFiles files) throws IOException {
    try {
      return Pem.certificate(Files.readAllBytes(files.authority()));
    } catch (GeneralSecurityException unreadable) {
      throw new IOException(
          "%s is no certificate of an authority: %s"
              .formatted(files.authority(), unreadable.getMessage()),
          unreadable);
    }
  }

  private Shown read(long number) throws IOException {
    try {
      var at = Files.getLastModifiedTime(files.certificate());
      return new Shown(
          "node-" + number,
          Pem.privateKey(files.key()),
          Pem.certificate(Files.readAllBytes(files.certificate())),
          at);
    } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
      throw new IOException(
          "%s and %s are no key and certificate of this program: %s"
              .formatted(files.key(), files.certificate(), unreadable.getMessage()),
          unreadable);
    }
  }

  private Shown now() {
    if (System.nanoTime() - lookedNanos >= lookNanos) {
      look();
    }
    return shown;
  }

  private synchronized void look() {
    lookedNanos = System.nanoTime();
    try {
      if (!Files.getLastModifiedTime(files.certificate()).equals(shown.at())) {
        var next = read(Long.parseLong(shown.alias().substring("node-".length())) + 1);
        before = shown;
        shown = next;
      }
    } catch (IOException e) {
      LOG.warn("the renewed certificate is not used, the earlier one is: {}", e.getMessage());
    }
  }

  private @Nullable Shown named(@Nullable String alias) {
    for (var one : new Shown[] {shown, before}) {
      if (one != null && one.alias().equals(alias)) {
        return one;
      }
    }
    return null;
  }

  private static boolean isOurs(@Nullable String keyType) {
    return keyType != null && keyType.startsWith("EC");
  }

  private @Nullable String chosen(String @Nullable [] keyTypes) {
    if (keyTypes != null) {
      for (var type : keyTypes) {
        if (isOurs(type)) {
          return now().alias();
        }
      }
    }
    return null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String @Nullable [] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return chosen(keyTypes);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      @Nullable String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return isOurs(keyType) ? now().alias() : null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String @Nullable [] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return chosen(keyTypes);
  }

  @Override
  public @Nullable String chooseServerAlias(
      @Nullable String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return isOurs(keyType) ? now().alias() : null;
  }

  @Override
  public String @Nullable [] getClientAliases(
      @Nullable String keyType, Principal @Nullable [] issuers) {
    return isOurs(keyType) ? new String[] {now().alias()} : null;
  }

  @Override
  public String @Nullable [] getServerAliases(
      @Nullable String keyType, Principal @Nullable [] issuers) {
    return getClientAliases(keyType, issuers);
  }

  /** With the authority's: who knows but its fingerprint learns it from the handshake. */
  @Override
  public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
    var one = named(alias);
    return one == null ? null : new X509Certificate[] {one.certificate(), authority};
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
    var one = named(alias);
    return one == null ? null : one.key();
  }
}
