package dev.regrow.actors.bootstrap;

import dev.regrow.actors.downing.Knocking;
import dev.regrow.core.identity.NodeTls;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.apache.pekko.remote.artery.tcp.SSLEngineProvider;
import scala.Option;

/**
 * The cluster systems' connections, by the same certificates as the store's. (Pekko's own provider
 * for PEM files takes RSA keys only.)
 *
 * @param knocking is told of each connection that is made
 * @param expelled who is not spoken to
 */
record ArteryTls(NodeTls tls, Knocking knocking, Expelled expelled) implements SSLEngineProvider {

  @Override
  public SSLEngine createServerSSLEngine(String host, int port) {
    return tls.accepting();
  }

  @Override
  public SSLEngine createClientSSLEngine(String host, int port) {
    knocking.knock(host, port); // Perhaps because the connection before broke.
    return tls.calling(host, port);
  }

  /** The handshake has judged the certificates. */
  @Override
  public Option<Throwable> verifyClientSession(String host, SSLSession session) {
    return verified(session);
  }

  @Override
  public Option<Throwable> verifyServerSession(String host, SSLSession session) {
    return verified(session);
  }

  private Option<Throwable> verified(SSLSession session) {
    return expelled.judge(session).<Option<Throwable>>map(Option::apply).orElseGet(Option::empty);
  }
}
