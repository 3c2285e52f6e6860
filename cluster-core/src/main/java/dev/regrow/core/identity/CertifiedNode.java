package dev.regrow.core.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a node's certificate says of it. Whether the certificate is one of the cluster's is the
 * handshake's question.
 *
 * @param uid 12 hexadecimal digits
 * @param role WORKER, the least, where the certificate names none
 * @param hosts names and addresses by which it is reached
 * @param issuedAt when it was made, by the clock of who made it
 * @param goodUntil when it ends
 */
public record CertifiedNode(
    String uid, NodeRole role, List<String> hosts, Instant issuedAt, Instant goodUntil) {

  /** RFC 2253 gives the parts in reverse: the name, the role, the organization. */
  private static final Pattern SUBJECT =
      Pattern.compile("CN=node ([0-9a-f]{12})(?:,OU=([a-z]{1,20}))?,O=Regrow");

  public CertifiedNode {
    hosts = List.copyOf(hosts);
  }

  /**
   * @throws GeneralSecurityException if it is no certificate of a node
   */
  public static CertifiedNode of(X509Certificate certificate) throws GeneralSecurityException {
    String subject = certificate.getSubjectX500Principal().getName();
    var matcher = SUBJECT.matcher(subject);
    if (!matcher.matches()) {
      throw new GeneralSecurityException("no node's certificate, but that of " + subject);
    }
    @Nullable String role = matcher.group(2);
    return new CertifiedNode(
        matcher.group(1),
        role == null ? NodeRole.WORKER : NodeRole.of(role).orElse(NodeRole.WORKER),
        hosts(certificate.getSubjectAlternativeNames()),
        certificate.getNotBefore().toInstant().plus(Certificates.EARLIER),
        certificate.getNotAfter().toInstant());
  }

  /**
   * What the certificate in the node's files says.
   *
   * @throws IOException if it cannot be read
   */
  public static CertifiedNode in(TlsFiles files) throws IOException {
    try {
      return of(Pem.certificate(Files.readAllBytes(files.certificate())));
    } catch (GeneralSecurityException unreadable) {
      throw new IOException(
          "%s is no certificate of a node: %s"
              .formatted(files.certificate(), unreadable.getMessage()),
          unreadable);
    }
  }

  /** Names and addresses alike come as text, beside their kind (RFC 5280: 2 and 7). */
  private static List<String> hosts(@Nullable Collection<List<?>> names)
      throws CertificateParsingException {
    return names == null
        ? List.of()
        : names.stream().map(name -> String.valueOf(name.get(1))).distinct().toList();
  }

  /**
   * Whether its gateway may be at that URL, {@code https://HOST:PORT}: at a host of the
   * certificate. In plain HTTP, and on loopback, only where all of these are on loopback.
   */
  public boolean mayBeAt(String url) {
    return Reach.covers(hosts, url);
  }

  /** Whether it has ended by then. */
  public boolean isExpired(Instant now) {
    return !now.isBefore(goodUntil);
  }
}
