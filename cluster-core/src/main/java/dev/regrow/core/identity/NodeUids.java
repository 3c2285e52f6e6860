package dev.regrow.core.identity;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Whose certificate the other end of a connection has shown. */
public final class NodeUids {

  private static final Pattern SUBJECT = Pattern.compile("(?:^|,)CN=node ([0-9a-f]{12})(?:,|$)");

  private NodeUids() {}

  /** Empty: it showed none, or that of no node. */
  public static Optional<String> of(SSLSession session) {
    try {
      return of(session.getPeerCertificates()[0]);
    } catch (SSLPeerUnverifiedException nobody) {
      return Optional.empty();
    }
  }

  static Optional<String> of(Certificate certificate) {
    if (!(certificate instanceof X509Certificate shown)) {
      return Optional.empty();
    }
    var subject = SUBJECT.matcher(shown.getSubjectX500Principal().getName());
    return subject.find() ? Optional.of(subject.group(1)) : Optional.empty();
  }
}
