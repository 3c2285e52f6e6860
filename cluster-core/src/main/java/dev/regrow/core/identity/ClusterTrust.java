package dev.regrow.core.identity;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts what the cluster's authority signed.
 *
 * <p>Who is called proves itself with a certificate that is good now. A caller may, where that is
 * wanted, come with one that has ended, in order to get another: whoever lets it in must see to it
 * that it gets nothing else.
 */
final class ClusterTrust extends X509ExtendedTrustManager {

  private final X509ExtendedTrustManager strict;
  private final X509Certificate authority;
  private final boolean lateCallers;

  private ClusterTrust(
      X509ExtendedTrustManager strict, X509Certificate authority, boolean lateCallers) {
    this.strict = strict;
    this.authority = authority;
    this.lateCallers = lateCallers;
  }

  /**
   * @param lateCallers whether a caller's certificate may have ended
   */
  static ClusterTrust of(X509Certificate authority, boolean lateCallers)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("cluster", authority);
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (var manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager strict) {
        return new ClusterTrust(strict, authority, lateCallers);
      }
    }
    throw new GeneralSecurityException("this JDK has no trust manager for X.509");
  }

  /** One step of a judgement of a caller. */
  private interface Judgement {
    void judge() throws CertificateException;
  }

  private void ofCaller(X509Certificate @Nullable [] chain, Judgement judgement)
      throws CertificateException {
    try {
      judgement.judge();
    } catch (CertificateException refused) {
      if (!lateCallers || chain == null || !hasEnded(refused) || !isOurs(chain[0])) {
        throw refused;
      }
    }
  }

  private static boolean hasEnded(Throwable refused) {
    for (@Nullable Throwable at = refused; at != null; at = at.getCause()) {
      if (at instanceof CertificateExpiredException) {
        return true;
      }
    }
    return false;
  }

  /** All that the strict judgement asks, but for its end. */
  private boolean isOurs(X509Certificate late) {
    try {
      late.verify(authority.getPublicKey());
      CertifiedNode.of(late);
      return late.getIssuerX500Principal().equals(authority.getSubjectX500Principal())
          && late.getBasicConstraints() < 0
          && !late.getNotBefore().toInstant().isAfter(Instant.now());
    } catch (GeneralSecurityException forged) {
      return false;
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    ofCaller(chain, () -> strict.checkClientTrusted(chain, authType, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    ofCaller(chain, () -> strict.checkClientTrusted(chain, authType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    ofCaller(chain, () -> strict.checkClientTrusted(chain, authType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    strict.checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    strict.checkServerTrusted(chain, authType, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    strict.checkServerTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return strict.getAcceptedIssuers();
  }
}
