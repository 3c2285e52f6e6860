package dev.regrow.actors.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.regrow.actors.testing.FakeClock;
import dev.regrow.actors.testing.FakeNodeRuntime;
import dev.regrow.actors.testing.FakeServerSide;
import dev.regrow.core.identity.CertifiedNode;
import dev.regrow.core.identity.ClusterAuthority;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeRole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that has become a server has its certificate to renew, on a disk that is full by then. */
class StartOnFullDiskTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CHUNK_BYTES = 4096;

  private final FakeNodeRuntime machine = new FakeNodeRuntime(new FakeClock());
  private final FakeServerSide server = new FakeServerSide();
  private final Path disk;
  private @Nullable RegrowNode node;

  StartOnFullDiskTest(@TempDir Path parent) {
    disk = parent.resolve("regrow-disk");
  }

  @BeforeEach
  void mount() throws Exception {
    Files.createDirectory(disk);
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=64m", "regrow-test", disk.toString());
    assumeThat(mounted).as("a tmpfs can be mounted (needs root)").isTrue();
  }

  @AfterEach
  void unmount() throws Exception {
    if (node != null) {
      stop(node);
    }
    run("umount", disk.toString());
  }

  @Test
  void it_goes_on_as_soon_as_there_is_room() throws Exception {
    var before = certifiedAs(NodeRole.WORKER);
    var filler = fill();
    var pauses = new AtomicInteger();
    var waiting =
        new DiskWait(
            () -> false,
            () -> {
              if (pauses.incrementAndGet() == 2) {
                delete(filler);
              }
            });

    var started = NodeBootstrap.start(config(), parts(), waiting);
    node = started;

    started.serving().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(started.uid()).isEqualTo(before.nodeUid());
    assertThat(CertifiedNode.in(before.tls()).role()).isEqualTo(NodeRole.SERVER);
    assertThat(pauses.get()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void who_starts_it_without_patience_is_told_why_it_does_not_and_can_start_it_again()
      throws Exception {
    certifiedAs(NodeRole.WORKER);
    var filler = fill();

    assertThatThrownBy(() -> NodeBootstrap.start(config(), parts()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("No space left on device");

    delete(filler);
    var started = NodeBootstrap.start(config(), parts());
    node = started;
    started.serving().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** Founds a cluster of one, and ends its node with the certificate of something else. */
  private NodeIdentity certifiedAs(NodeRole role) throws Exception {
    var first = NodeBootstrap.start(config(), parts());
    node = first;
    first.serving().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    node = null;
    stop(first);
    var identity = NodeIdentity.open(data().resolve("identity")).orElseThrow();
    var authority = ClusterAuthority.of(identity).orElseThrow();
    identity.renewed(authority.renew(identity, role, "127.0.0.1", Instant.now()));
    return identity;
  }

  private static void stop(RegrowNode running) throws Exception {
    running
        .stop(StopMode.KEEP_INSTANCES)
        .toCompletableFuture()
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private Path fill() throws IOException {
    var filler = disk.resolve("filler");
    try (var out =
        Files.newOutputStream(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      var chunk = new byte[CHUNK_BYTES];
      while (true) {
        out.write(chunk);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left on device");
      return filler;
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path data() {
    return disk.resolve("data");
  }

  private NodeParts parts() {
    return new NodeParts((uid, instances, logs) -> machine, server);
  }

  private NodeConfig config() throws IOException {
    return NodeConfig.of("n1", data(), "127.0.0.1").withPorts(freePort(), freePort());
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }
}
