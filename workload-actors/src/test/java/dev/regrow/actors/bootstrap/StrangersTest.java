package dev.regrow.actors.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.testing.FakeClock;
import dev.regrow.actors.testing.FakeNodeRuntime;
import dev.regrow.actors.testing.FakeServerSide;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whom a node lets in at its ports for other nodes: a real store and a real cluster system. */
class StrangersTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ANSWERED_WITHIN_MILLIS = 20_000;
  private static final int LOOK_EVERY_MILLIS = 50;
  private static final byte TLS_ALERT = 21;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private static Path data;

  @SuppressWarnings("NullAway.Init")
  private static RegrowNode node;

  /** As in production 7410 and 7420. */
  private enum Door {
    CLUSTER(freePort()),
    STORE(freePort());

    private final int port;

    Door(int port) {
      this.port = port;
    }

    InetSocketAddress address() {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    var machine = new FakeNodeRuntime(new FakeClock());
    node =
        NodeBootstrap.start(
            NodeConfig.of("n1", data.resolve("n1"), "127.0.0.1")
                .withPorts(Door.CLUSTER.port, Door.STORE.port),
            new NodeParts((uid, instances, logs) -> machine, new FakeServerSide()));
    node.serving().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @AfterAll
  static void stop() throws Exception {
    node.stop(StopMode.KEEP_INSTANCES)
        .toCompletableFuture()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource
  void who_shows_no_certificate_is_shut_out_before_anything_is_said(Door door) throws Exception {
    assertThat(isLetIn(door)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void who_shows_one_of_another_cluster_is_shut_out_before_anything_is_said(Door door)
      throws Exception {
    var other =
        NodeIdentity.openOrBootstrap(data.resolve("other-" + door), "127.0.0.1", Clock.systemUTC());

    assertThat(isLetIn(door, NodeTls.of(other.tls()).keys())).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void who_speaks_no_tls_is_told_no_more_than_that(Door door) throws Exception {
    byte[] said = saidTo(door, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    if (said.length > 0) {
      assertThat(said).startsWith(TLS_ALERT).hasSizeLessThan(16);
    }
  }

  /** So that the others show something: nothing but the certificate is different. */
  @ParameterizedTest
  @EnumSource
  void a_node_of_the_cluster_is_let_in(Door door) throws Exception {
    var own = NodeIdentity.open(data.resolve("n1").resolve("identity")).orElseThrow();

    assertThat(isLetIn(door, NodeTls.of(own.tls()).keys())).isTrue();
  }

  /**
   * Whether the node says anything, or takes the handshake for done: then it gives a ticket to come
   * again with, while under TLS 1.3 a caller is done with it before it was judged.
   */
  private static boolean isLetIn(Door door, KeyManager... shown) throws Exception {
    var context = SSLContext.getInstance("TLSv1.3");
    context.init(shown, new TrustManager[] {new Credulous()}, null);
    try (var socket = (SSLSocket) context.getSocketFactory().createSocket()) {
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"}); // The store's, by gRPC.
      socket.setSSLParameters(parameters);
      socket.connect(door.address(), ANSWERED_WITHIN_MILLIS);
      socket.setSoTimeout(ANSWERED_WITHIN_MILLIS);
      socket.startHandshake();
      socket.setSoTimeout(LOOK_EVERY_MILLIS);
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWERED_WITHIN_MILLIS);
      while (System.nanoTime() - deadline < 0) {
        try {
          return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException nothingYet) {
          if (context.getClientSessionContext().getIds().hasMoreElements()) {
            return true;
          }
        }
      }
    } catch (SSLException | SocketException shut) {
      return false;
    }
    throw new AssertionError("the door " + door + " is neither open nor shut");
  }

  /** All that is said until the connection ends. */
  private static byte[] saidTo(Door door, String words) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(door.address(), ANSWERED_WITHIN_MILLIS);
      socket.setSoTimeout(ANSWERED_WITHIN_MILLIS);
      socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().readAllBytes();
    } catch (SocketException shut) {
      return new byte[0];
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Trusts everybody, as it is not the node that is to be tried here. */
  private static final class Credulous extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
