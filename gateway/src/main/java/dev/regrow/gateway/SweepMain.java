package dev.regrow.gateway;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.process.Sweep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Ends and removes whatever a node left on this machine, logs and data aside. For {@code regrow
 * down}, after the node's JVM has ended. Exit code 0: nothing is left.
 */
public final class SweepMain {

  /** No instance gets more time than this to stop. */
  private static final Duration GRACE_MAX = Duration.ofMinutes(2);

  private SweepMain() {}

  /**
   * @param arguments the node's data directory
   */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String... arguments) {
    if (arguments.length != 1) {
      System.err.println("usage: SweepMain DATA");
      return 2;
    }
    try {
      var data = Path.of(arguments[0]).toAbsolutePath().normalize();
      Preflight.requireRoot(Path.of("/proc"));
      Preflight.requireUnused(data);
      var uid = data.resolve("identity").resolve("node-uid");
      if (!Files.exists(uid)) {
        return 0; // It never came so far as to have a name for what it makes.
      }
      NodeLog.configure(data);
      var left =
          Sweep.node(Files.readString(uid, StandardCharsets.US_ASCII).strip(), data, GRACE_MAX);
      left.forEach(System.err::println);
      return left.isEmpty() ? 0 : 1;
    } catch (StartFailure | RuntimeFailure refused) {
      System.err.println("regrow: " + refused.getMessage());
      return 1;
    } catch (IOException e) {
      System.err.println("regrow: cannot read who the node was: " + e.getMessage());
      return 1;
    }
  }
}
