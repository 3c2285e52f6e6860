package dev.regrow.chaos.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A TUN device in the switch, and a program behind it that holds packets back, drops and repeats
 * them. What is routed into it comes back later; only links in trouble are. It ends with the
 * harness, and the device with it.
 */
final class Wire implements AutoCloseable {

  private static final String DEVICE = "rg-wire";
  private static final int TABLE = 77;
  private static final String READY =
      """
      ip link set %1$s up
      echo 0 > /proc/sys/net/ipv4/conf/%1$s/rp_filter
      echo 1 > /proc/sys/net/ipv4/conf/%1$s/route_localnet
      ip route add default dev %1$s table %2$d
      """
          .formatted(DEVICE, TABLE);

  private final Process program;
  private final BufferedReader answers;

  private Wire(Process program) {
    this.program = program;
    this.answers = program.inputReader(StandardCharsets.US_ASCII);
  }

  static Wire make(LabNames names, Path folder) {
    var namespace = names.switchNamespace();
    var builder =
        new ProcessBuilder(
            List.of(
                "nsenter",
                "--net=" + LabNames.file(namespace),
                Resources.program("wire", folder).toString(),
                DEVICE));
    builder.environment().put(Lab.VARIABLE, names.uid());
    builder.redirectError(folder.resolve("wire.out").toFile());
    try {
      var wire = new Wire(builder.start());
      wire.expectOk("its start");
      Tool.inside(namespace, READY);
      return wire;
    } catch (IOException e) {
      throw new UncheckedIOException("start a wire", e);
    }
  }

  /** What leads into it, as a rule of ip(8). */
  static String lookup() {
    return "lookup " + TABLE;
  }

  /** Carries packets between two addresses so from now on, in this direction. */
  void set(String from, String to, LinkTrouble trouble, long seed) {
    tell(
        "set %s %s %s %d %d %d %d %d %d %d"
            .formatted(
                from,
                to,
                Long.toUnsignedString(seed),
                trouble.delayMicros(),
                trouble.jitterMicros(),
                trouble.lost(),
                trouble.twice(),
                trouble.late(),
                trouble.lateMicros(),
                trouble.bytesPerSecond()));
  }

  void clear(String from, String to) {
    tell("clear " + from + " " + to);
  }

  private void tell(String command) {
    try {
      program.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
      program.getOutputStream().flush();
      expectOk(command);
    } catch (IOException e) {
      throw new UncheckedIOException("tell the wire: " + command, e);
    }
  }

  private void expectOk(String command) throws IOException {
    String answer = answers.readLine();
    if (!"ok".equals(answer)) {
      throw new IllegalStateException("the wire says to " + command + ": " + answer);
    }
  }

  @Override
  public void close() {
    program.destroyForcibly();
  }
}
