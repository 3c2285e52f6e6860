package dev.regrow.core.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;

/**
 * TLS 1.3 between nodes: each end proves itself by a certificate of the cluster's authority, and
 * the one that was called also that it is whom the caller meant. Certificates are read again when
 * their files change.
 */
public final class NodeTls {

  private static final String[] PROTOCOLS = {"TLSv1.3"};

  /** Handshakes are few: each looks whether the file has changed. */
  private static final Duration LOOK = Duration.ZERO;

  private final SSLContext context;
  private final RenewedKeys keys;
  private final ClusterTrust trust;
  private final ClusterTrust lateTrust;

  private NodeTls(
      SSLContext context, RenewedKeys keys, ClusterTrust trust, ClusterTrust lateTrust) {
    this.context = context;
    this.keys = keys;
    this.trust = trust;
    this.lateTrust = lateTrust;
  }

  /**
   * @throws IOException if the files cannot be read or hold something else
   */
  public static NodeTls of(TlsFiles files) throws IOException {
    try {
      X509Certificate authority = Pem.certificate(Files.readAllBytes(files.authority()));
      var keys = new RenewedKeys(files, LOOK);
      var trust = ClusterTrust.of(authority, false);
      var context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
      return new NodeTls(context, keys, trust, ClusterTrust.of(authority, true));
    } catch (GeneralSecurityException unusable) {
      throw new IOException(
          "%s is no certificate of an authority: %s"
              .formatted(files.authority(), unusable.getMessage()),
          unusable);
    }
  }

  /** Shows the node's certificate as it is at each handshake. */
  public KeyManager keys() {
    return keys;
  }

  /** Trusts what the cluster's authority signed, while it is good. */
  public TrustManager trust() {
    return trust;
  }

  /**
   * The same, but a caller's certificate may have ended: for a door that gives such a caller a new
   * one, and nothing else.
   */
  public TrustManager trustAlsoLateCallers() {
    return lateTrust;
  }

  /** For who is called: demands the caller's certificate. */
  public SSLEngine accepting() {
    var engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(PROTOCOLS);
    engine.setNeedClientAuth(true);
    return engine;
  }

  /** For who is called by people: they prove themselves otherwise. */
  public SSLEngine serving() {
    var engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    engine.setEnabledProtocols(PROTOCOLS);
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
