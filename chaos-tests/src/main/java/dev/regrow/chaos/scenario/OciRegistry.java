package dev.regrow.chaos.scenario;

import dev.regrow.chaos.cluster.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Debian's docker-registry on loopback, with its files in a folder of its own. */
public final class OciRegistry implements AutoCloseable {

  /** The one who may pull and push, where there is a password. */
  public static final String USER = "regrow";

  public static final String PASSWORD = "s3cr3t-of-the-registry";

  /** bcrypt(5) of the password. */
  private static final String HASH = "$2b$05$efOuCKCDPzX0tqWOIHrk8.2CA3VPo5wHsS51zuJ.g538Lj7o/bPEy";

  private static final Duration SERVES_WITHIN = Duration.ofSeconds(20);

  private final int port;
  private final boolean closed;
  private final Process process;

  private OciRegistry(int port, boolean closed, Process process) {
    this.port = port;
    this.closed = closed;
    this.process = process;
  }

  /** Whether the programs are there that it, and the images for it, need. */
  public static boolean isInstalled() {
    return Files.isExecutable(Path.of("/usr/bin/docker-registry"))
        && Files.isExecutable(Path.of("/usr/bin/skopeo"))
        && Files.isExecutable(Path.of("/usr/bin/umoci"))
        && Files.isExecutable(Path.of("/bin/busybox"));
  }

  /** Anybody may pull and push. */
  public static OciRegistry open(Path folder) {
    return start(folder, false);
  }

  /** Only who shows {@link #USER} and {@link #PASSWORD}. */
  public static OciRegistry closed(Path folder) {
    return start(folder, true);
  }

  private static OciRegistry start(Path folder, boolean closed) {
    try {
      Files.createDirectories(folder);
      int port = freePort();
      var config = new StringBuilder();
      config.append("version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\n");
      config.append(
          "storage: {filesystem: {rootdirectory: %s}}\n".formatted(folder.resolve("blobs")));
      config.append("http: {addr: \"127.0.0.1:%d\"}\n".formatted(port));
      if (closed) {
        Files.writeString(folder.resolve("htpasswd"), USER + ":" + HASH + "\n");
        config.append(
            "auth: {htpasswd: {realm: regrow, path: %s}}\n".formatted(folder.resolve("htpasswd")));
      }
      Files.writeString(folder.resolve("config.yml"), config);
      var process =
          new ProcessBuilder("docker-registry", "serve", folder.resolve("config.yml").toString())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("log").toFile())
              .start();
      var registry = new OciRegistry(port, closed, process);
      Await.until("the registry to listen", SERVES_WITHIN, registry::listens);
      return registry;
    } catch (IOException e) {
      throw new UncheckedIOException("start a registry in " + folder, e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean listens() {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** HOST:PORT. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** What skopeo shows it: USER:PASSWORD; empty: nothing. */
  String credentials() {
    return closed ? USER + ":" + PASSWORD : "";
  }

  @Override
  public void close() {
    stop();
  }

  /** It does not answer from now on. */
  public void stop() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
