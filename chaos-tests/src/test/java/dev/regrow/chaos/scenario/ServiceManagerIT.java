package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A node under a manager that listens as systemd does. */
@RealNodes
class ServiceManagerIT {

  private static final Duration SOON = Duration.ofSeconds(20);

  /** Binds the socket that its argument names, and prints every datagram with a line after it. */
  private static final String LISTEN =
      """
      import socket, sys
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind(sys.argv[1])
      while True:
          sys.stdout.buffer.write(s.recv(4096) + b'\\n--\\n')
          sys.stdout.flush()
      """;

  @Test
  void it_is_told_when_the_node_is_ready_and_when_it_stops() throws Exception {
    try (var arena = Arena.open(RealNodes.Here.home())) {
      var heard = arena.scratch().resolve("heard");
      var socket = arena.scratch().resolve("notify");
      var manager =
          new ProcessBuilder("/usr/bin/python3", "-c", LISTEN, socket.toString())
              .redirectOutput(heard.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try {
        Await.until("the manager to listen", SOON, () -> Files.exists(socket));
        var node = arena.node("n1");
        node.jvm().withVariable("NOTIFY_SOCKET", socket.toString());
        node.start();
        var ready =
            Await.until("READY=1", SOON, () -> text(heard), said -> said.contains("READY=1"));
        assertThat(ready)
            .as("a start may take its time")
            .startsWith("EXTEND_TIMEOUT_USEC=120000000\nSTATUS=Starting: ")
            .endsWith("READY=1\nSTATUS=Node n1 serves at " + node.jvm().uri() + "\n--\n");

        node.jvm().term();

        assertThat(text(heard))
            .isEqualTo(ready + "STOPPING=1\nSTATUS=Stopping; its instances live on\n--\n");
      } finally {
        manager.destroyForcibly().waitFor();
      }
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("read " + file, e);
    }
  }
}
