package dev.regrow.client.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * TLS 1.3 that trusts one CA and checks the host's name. Loads nothing before the first use.
 *
 * <p>The CA is given as PEM, or as {@code sha256:HEX}, the digest of its certificate; {@code
 * server:sha256:HEX} demands also that who is called is a server of the cluster.
 */
final class Tls {
  private static final Pattern PINNED = Pattern.compile("(server:)?sha256:([0-9a-f]{64})");

  private final String caPem;
  private @Nullable SSLSocketFactory factory;

  Tls(String caPem) {
    this.caPem = caPem;
  }

  Socket over(Socket socket, Endpoint endpoint) throws IOException {
    var secured =
        (SSLSocket) factory().createSocket(socket, endpoint.host(), endpoint.port(), true);
    var parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setProtocols(new String[] {"TLSv1.3"});
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  private synchronized SSLSocketFactory factory() throws IOException {
    if (factory == null) {
      try {
        var context = SSLContext.getInstance("TLS");
        context.init(null, caPem.isEmpty() ? null : trustOf(caPem), null);
        factory = context.getSocketFactory();
      } catch (GeneralSecurityException e) {
        throw new IOException("the CA certificate of the context is not usable: " + e, e);
      }
    }
    return factory;
  }

  private static TrustManager[] trustOf(String ca) throws GeneralSecurityException, IOException {
    var pinned = PINNED.matcher(ca.strip());
    return pinned.matches()
        ? new TrustManager[] {new PinnedAuthority(pinned.group(2), pinned.group(1) != null)}
        : inPem(ca).getTrustManagers();
  }

  private static TrustManagerFactory inPem(String pem)
      throws GeneralSecurityException, IOException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    int number = 0;
    for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(bytes)) {
      store.setCertificateEntry("ca" + number++, certificate);
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    return trust;
  }
}
