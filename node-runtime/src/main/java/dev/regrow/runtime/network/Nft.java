package dev.regrow.runtime.network;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The program nft(8), in the network namespace of the calling thread. Blocks. */
final class Nft {

  private static final long PATIENCE_SECONDS = 30;
  private static final int NETLINK_NETFILTER = 12;
  private static final short NFT_MSG_GETGEN = 10 << 8 | 16;
  private static final int HEADER = 16;
  private static final int GENERIC = 4;

  private final Path program;

  private Nft(Path program) {
    this.program = program;
  }

  /** Empty where it is not installed. */
  static Optional<Nft> find() {
    var directories = new ArrayList<String>();
    directories.addAll(Arrays.asList(System.getenv().getOrDefault("PATH", "").split(":", -1)));
    directories.addAll(List.of("/usr/sbin", "/sbin", "/usr/bin"));
    return directories.stream()
        .filter(directory -> directory.startsWith("/"))
        .map(directory -> Path.of(directory, "nft"))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Nft::new);
  }

  /** Carries out all or nothing of what the text says. */
  void carryOut(String ruleset) {
    run(ruleset, "-f", "-");
  }

  /** The table as the kernel has it; empty if it has none. */
  String list(String table) {
    try {
      return run("", "-n", "list", "table", "inet", table);
    } catch (RuntimeFailure e) {
      return "";
    }
  }

  private String run(String input, String... arguments) {
    var command = new ArrayList<String>();
    command.add(program.toString());
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new RuntimeFailure("cannot run " + program + ": " + e.getMessage(), true, e);
    }
    try {
      try (var in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      }
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new RuntimeFailure(program + " does not end", true);
      }
      if (process.exitValue() != 0) {
        throw new RuntimeFailure(
            "%s refuses the rules of this node: %s".formatted(program, firstLines(said)), true);
      }
      return said;
    } catch (IOException e) {
      throw new RuntimeFailure("cannot speak to " + program + ": " + e.getMessage(), true, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RuntimeFailure("interrupted while " + program + " ran", true, e);
    } finally {
      process.destroyForcibly(); // If it is still there, nobody waits for it any more.
    }
  }

  private static String firstLines(String said) {
    return String.join(" ", said.lines().limit(2).toList());
  }

  /**
   * Counts the changes of all tables of this network namespace, whoever makes them: while it stays
   * the same, so do our rules.
   */
  static long generation(Kernel kernel) {
    try (Fd socket = kernel.netlink(NETLINK_NETFILTER)) {
      kernel.write(
          socket,
          ByteBuffer.allocate(HEADER + GENERIC)
              .order(ByteOrder.nativeOrder())
              .putInt(HEADER + GENERIC)
              .putShort(NFT_MSG_GETGEN)
              .putShort((short) LinkMessage.NLM_F_REQUEST)
              .array());
      var answer = new byte[4096];
      int length = kernel.read(socket, answer);
      // The first attribute: u16 length, u16 NFTA_GEN_ID, u32 in network order.
      return length < HEADER + GENERIC + 8
          ? -1
          : Integer.toUnsignedLong(ByteBuffer.wrap(answer).getInt(HEADER + GENERIC + 4));
    }
  }
}
