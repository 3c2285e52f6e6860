package dev.regrow.core.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS 1.3 between nodes: each end proves itself by a certificate of the cluster's authority, and
 * the one that was called also that it is whom the caller meant. Certificates are read again when
 * their files change.
 */
public final class NodeTls {

  private static final String[] PROTOCOLS = {"TLSv1.3"};

  /** One more handshake may still show what the file held a moment ago. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final SSLContext context;

  private NodeTls(SSLContext context) {
    this.context = context;
  }

  /**
   * @throws IOException if the files cannot be read or hold something else
   */
  public static NodeTls of(TlsFiles files) throws IOException {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {new RenewedKeys(files, LOOK)}, trust(files), null);
      return new NodeTls(context);
    } catch (GeneralSecurityException unusable) {
      throw new IOException(
          "%s is no certificate of an authority: %s"
              .formatted(files.authority(), unusable.getMessage()),
          unusable);
    }
  }

  private static TrustManager[] trust(TlsFiles files) throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("cluster", Pem.certificate(Files.readAllBytes(files.authority())));
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  /** For who is called: demands the caller's certificate. */
  public SSLEngine accepting() {
    var engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(PROTOCOLS);
    engine.setNeedClientAuth(true);
    return engine;
  }

  /** For who calls that host; another's certificate is refused. */
  public SSLEngine calling(String host, int port) {
    var engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(true);
    engine.setEnabledProtocols(PROTOCOLS);
    var parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    return engine;
  }
}
