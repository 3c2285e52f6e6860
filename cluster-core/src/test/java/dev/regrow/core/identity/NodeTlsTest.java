package dev.regrow.core.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NodeTlsTest {

  private static final Duration ONE_DAY = Duration.ofDays(1);

  private final Path folder;

  NodeTlsTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void two_nodes_of_a_cluster_prove_themselves_to_each_other() throws Exception {
    var first = NodeIdentity.openOrBootstrap(folder.resolve("n1"), "10.0.0.1", Clock.systemUTC());
    var second = joined(first, "n2", "10.0.0.2");
    var called = NodeTls.of(first.tls()).accepting();
    var caller = NodeTls.of(second.tls()).calling("10.0.0.1", 7410);

    shakeHands(caller, called);

    assertThat(caller.getSession().getProtocol()).isEqualTo("TLSv1.3");
    assertThat(shownBy(called)).contains(first.nodeUid());
    assertThat(shownBy(caller)).contains(second.nodeUid());
  }

  @Test
  void a_node_of_another_cluster_is_refused() throws Exception {
    var first = NodeIdentity.openOrBootstrap(folder.resolve("n1"), "10.0.0.1", Clock.systemUTC());
    var other = NodeIdentity.openOrBootstrap(folder.resolve("o"), "10.0.0.2", Clock.systemUTC());

    assertThatThrownBy(
            () ->
                shakeHands(
                    NodeTls.of(other.tls()).calling("10.0.0.1", 7410),
                    NodeTls.of(first.tls()).accepting()))
        .isInstanceOf(SSLException.class);
  }

  @Test
  void a_node_that_answers_at_another_ones_address_is_refused() throws Exception {
    var first = NodeIdentity.openOrBootstrap(folder.resolve("n1"), "10.0.0.1", Clock.systemUTC());
    var second = joined(first, "n2", "10.0.0.2");

    assertThatThrownBy(
            () ->
                shakeHands(
                    NodeTls.of(first.tls()).calling("10.0.0.3", 7410),
                    NodeTls.of(second.tls()).accepting()))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("10.0.0.3");
  }

  @Test
  void a_renewed_certificate_is_shown_without_a_restart() throws Exception {
    var first = NodeIdentity.openOrBootstrap(folder.resolve("n1"), "10.0.0.1", Clock.systemUTC());
    var second = joined(first, "n2", "10.0.0.2");
    var later = joined(first, "renewed", "10.0.0.2");
    var keys = new RenewedKeys(second.tls(), Duration.ZERO);
    var alias = keys.chooseEngineServerAlias("EC", null, null);
    var before = keys.getCertificateChain(alias);

    replace(later.tls().key(), second.tls().key());
    replace(later.tls().certificate(), second.tls().certificate());
    var renewed = keys.chooseEngineServerAlias("EC", null, null);

    assertThat(keys.getCertificateChain(renewed))
        .containsExactly(
            Pem.certificate(Files.readAllBytes(later.tls().certificate())),
            Pem.certificate(Files.readAllBytes(first.tls().authority())))
        .isNotEqualTo(before);
    assertThat(keys.getCertificateChain(alias))
        .as("to the handshake that began with the earlier one")
        .isEqualTo(before);
  }

  private NodeIdentity joined(NodeIdentity by, String name, String host) throws IOException {
    var join = NodeJoin.prepare(folder.resolve(name), host);
    return join.accept(
        ClusterAuthority.of(by)
            .orElseThrow()
            .admit(join.request(), NodeRole.WORKER, List.of(), Instant.now(), ONE_DAY));
  }

  private static void replace(Path from, Path to) throws IOException {
    Files.write(to, Files.readAllBytes(from));
    Files.setLastModifiedTime(to, FileTime.from(Instant.now().plusSeconds(5)));
  }

  private static String shownBy(SSLEngine engine) {
    return ((X509Certificate) engine.getSession().getLocalCertificates()[0])
        .getSubjectX500Principal()
        .getName();
  }

  /** Both ends in memory, until neither has more to say. */
  private static void shakeHands(SSLEngine caller, SSLEngine called) throws SSLException {
    var toCalled = ByteBuffer.allocate(1 << 16);
    var toCaller = ByteBuffer.allocate(1 << 16);
    caller.beginHandshake();
    called.beginHandshake();
    for (int i = 0; i < 100 && !(isDone(caller) && isDone(called)); i++) {
      step(caller, toCaller, toCalled);
      step(called, toCalled, toCaller);
    }
    // Under TLS 1.3 the called end judges last.
    step(called, toCalled, toCaller);
    step(caller, toCaller, toCalled);
  }

  private static boolean isDone(SSLEngine engine) {
    return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING
        || engine.getHandshakeStatus() == HandshakeStatus.FINISHED;
  }

  private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
    var plain = ByteBuffer.allocate(1 << 16);
    switch (engine.getHandshakeStatus()) {
      case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
      case NEED_TASK -> {
        for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
          task.run();
        }
      }
      default -> {
        in.flip();
        if (in.hasRemaining()) {
          engine.unwrap(in, plain);
        }
        in.compact();
      }
    }
  }
}
