package dev.regrow.runtime.network;

import dev.regrow.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Whether this machine forwards packets. Where it did not, the nodes on it turn it on, forward
 * nothing but their own, and the last of them turns it off again: each leaves a file in a directory
 * that they share.
 */
final class Forwarding {

  private static final Path SWITCH = Path.of("/proc/sys/net/ipv4/ip_forward");

  private final Path users;
  private final String nodeUid;

  Forwarding(Path users, String nodeUid) {
    this.users = users;
    this.nodeUid = nodeUid;
  }

  /**
   * Turns it on.
   *
   * @return whether it was off before we came, or another node of ours did
   */
  boolean turnOn() {
    try {
      boolean off = Sysctl.read(SWITCH).equals("0");
      boolean ours = off || isUsed();
      if (ours) {
        Files.createDirectories(users);
        Files.write(users.resolve(nodeUid), new byte[0]);
      }
      if (off) {
        Sysctl.write(SWITCH, "1");
      }
      return ours;
    } catch (IOException e) {
      throw new RuntimeFailure("cannot let this machine forward packets: " + e, true, e);
    }
  }

  private boolean isUsed() throws IOException {
    try (Stream<Path> entries = Files.list(users)) {
      return entries.findAny().isPresent();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Turns it off if nobody of us needs it any more and it was off before. Idempotent. */
  void giveUp() {
    try {
      if (Files.deleteIfExists(users.resolve(nodeUid)) && !isUsed()) {
        Files.deleteIfExists(users);
        Sysctl.write(SWITCH, "0");
      }
    } catch (DirectoryNotEmptyException e) {
      return; // Another node has come meanwhile.
    } catch (IOException e) {
      throw new RuntimeFailure("cannot undo that this machine forwards: " + e, true, e);
    }
  }

  /** Files below /proc/sys; those of net are of the calling thread's network namespace. */
  static final class Sysctl {
    private Sysctl() {}

    static String read(Path file) throws IOException {
      return new String(Files.readAllBytes(file), StandardCharsets.US_ASCII).trim();
    }

    static void write(Path file, String value) throws IOException {
      Files.writeString(file, value);
    }
  }
}
