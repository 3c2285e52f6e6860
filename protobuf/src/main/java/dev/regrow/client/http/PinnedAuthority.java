package dev.regrow.client.http;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts the authority of a digest, which who is called sends along with its own certificate. */
final class PinnedAuthority extends X509ExtendedTrustManager {

  private final String digest;
  private final boolean server;

  /**
   * @param digest of the authority's certificate: SHA-256 over DER, hex
   * @param server whether who is called must be a server of the cluster: any node of it has a good
   *     certificate, but not any may be shown everything
   */
  PinnedAuthority(String digest, boolean server) {
    this.digest = digest;
    this.server = server;
  }

  private X509ExtendedTrustManager judge(X509Certificate[] chain) throws CertificateException {
    for (int i = 1; i < chain.length; i++) {
      if (digest.equals(digest(chain[i]))) {
        if (server && !chain[0].getSubjectX500Principal().getName().contains(",OU=server,")) {
          throw new CertificateException(
              "it proves to be a node of the right cluster, but no server of it; nothing was sent."
                  + " Ask a server");
        }
        return trusting(chain[i]);
      }
    }
    throw new CertificateException(
        "its authority is sha256:%s, and not the expected sha256:%s; nothing was sent"
            .formatted(chain.length < 2 ? "unknown" : digest(chain[chain.length - 1]), digest));
  }

  private static String digest(X509Certificate certificate) throws CertificateException {
    try {
      var digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.of().formatHex(digest);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new CertificateException("this JDK has no SHA-256", e);
    }
  }

  private static X509ExtendedTrustManager trusting(X509Certificate authority)
      throws CertificateException {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry("authority", authority);
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (var manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager strict) {
          return strict;
        }
      }
      throw new CertificateException("this JDK has no trust manager for X.509");
    } catch (CertificateException e) {
      throw e;
    } catch (GeneralSecurityException | IOException e) {
      throw new CertificateException("the authority's certificate is not usable: " + e, e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    judge(chain).checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    judge(chain).checkServerTrusted(chain, authType, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException(
        "whose certificate it is cannot be checked without a connection");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("clients are not judged here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("clients are not judged here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("clients are not judged here");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
