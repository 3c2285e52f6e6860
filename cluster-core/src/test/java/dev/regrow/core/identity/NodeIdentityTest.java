package dev.regrow.core.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeIdentityTest {

  private static final Instant NOW = Instant.parse("2045-06-01T00:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

  private final Path directory;

  NodeIdentityTest(@TempDir Path parent) {
    directory = parent.resolve("identity");
  }

  @Test
  void an_identity_is_made_once_and_remembered() throws Exception {
    var made = open("127.0.0.1");

    assertThat(open("10.0.0.9")).isEqualTo(made);
    assertThat(made.nodeUid()).matches("[0-9a-f]{12}");
  }

  @Test
  void nobody_but_the_owner_can_read_it() throws Exception {
    open("127.0.0.1");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
    try (var files = Files.list(directory)) {
      assertThat(files)
          .hasSize(7)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
  }

  @Test
  void the_nodes_certificate_is_vouched_for_by_the_authority_and_names_its_hosts()
      throws Exception {
    var identity = open("10.1.2.3");
    X509Certificate authority = certificate(identity.tls().authority());
    X509Certificate node = certificate(identity.tls().certificate());

    var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(java.util.Date.from(NOW));
    var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(node));
    CertPathValidator.getInstance("PKIX").validate(path, parameters);

    assertThat(node.getSubjectAlternativeNames())
        .extracting(name -> String.valueOf(name.get(1)))
        .containsExactly(
            "10.1.2.3", InetAddress.getLoopbackAddress().getHostAddress(), "localhost");
    assertThat(node.getExtendedKeyUsage())
        .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(node.getBasicConstraints()).isEqualTo(-1);
    assertThat(authority.getBasicConstraints()).isGreaterThanOrEqualTo(0);
    assertThat(node.getNotAfter().toInstant()).isEqualTo(NOW.plus(Renewal.USUAL));
    assertThat(authority.getNotAfter().toInstant()).isEqualTo("2055-05-30T00:00:00Z");
  }

  @Test
  void the_key_belongs_to_the_certificate() throws Exception {
    var identity = open("127.0.0.1");
    var key =
        KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(der(identity.tls().key())));
    var signing = Signature.getInstance("SHA256withECDSA");
    signing.initSign(key);
    signing.update(new byte[] {1, 2, 3});
    byte[] signature = signing.sign();

    var verifying = Signature.getInstance("SHA256withECDSA");
    verifying.initVerify(certificate(identity.tls().certificate()));
    verifying.update(new byte[] {1, 2, 3});

    assertThat(verifying.verify(signature)).isTrue();
  }

  @Test
  void an_interrupted_bootstrap_is_done_again() throws Exception {
    open("127.0.0.1");
    Files.delete(directory.resolve("node-uid"));

    assertThat(open("127.0.0.1").nodeUid()).isNotEmpty();
  }

  @Test
  void a_lost_key_is_named() throws Exception {
    Files.delete(open("127.0.0.1").tls().key());

    assertThatThrownBy(() -> open("127.0.0.1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("node-key.pem is missing")
        .hasMessageContaining("restore");
  }

  private NodeIdentity open(String host) throws IOException {
    return NodeIdentity.openOrBootstrap(directory, host, CLOCK);
  }

  private static X509Certificate certificate(Path pem) throws Exception {
    var in = new ByteArrayInputStream(Files.readAllBytes(pem));
    return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
  }

  private static byte[] der(Path pem) throws IOException {
    String body = Files.readString(pem).replaceAll("-----[A-Z ]+-----", "");
    return Base64.getMimeDecoder().decode(body);
  }
}
