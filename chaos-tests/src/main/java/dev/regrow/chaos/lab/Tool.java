package dev.regrow.chaos.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs what changes the machine, as ip(8), and takes no failure for success. */
final class Tool {

  private static final Duration ENDED_WITHIN = Duration.ofSeconds(30);

  private Tool() {}

  /** Lines for ip(8) in a network namespace; all at once, so that a cut takes effect at once. */
  static void ip(String namespace, List<String> lines) {
    if (!lines.isEmpty()) {
      run(List.of("ip", "-n", namespace, "-batch", "-"), String.join("\n", lines) + "\n");
    }
  }

  /** A script for a shell inside a network namespace. */
  static void inside(String namespace, String script) {
    run(List.of("nsenter", "--net=" + LabNames.file(namespace), "sh", "-ec", script), "");
  }

  /**
   * Runs it to its end.
   *
   * @throws IllegalStateException with what it said, if it fails
   */
  static void run(List<String> command, String input) {
    try {
      Path said = Files.createTempFile("regrow-lab", ".out");
      try {
        var process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try (var standardInput = process.getOutputStream()) {
          standardInput.write(input.getBytes(StandardCharsets.UTF_8));
        }
        if (!process.waitFor(ENDED_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new IllegalStateException(command + " did not end within " + ENDED_WITHIN);
        }
        if (process.exitValue() != 0) {
          throw new IllegalStateException(
              "%s: exit code %d: %s\ninput:\n%s"
                  .formatted(
                      String.join(" ", command),
                      process.exitValue(),
                      Files.readString(said).strip(),
                      input));
        }
      } finally {
        Files.delete(said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + command, e);
    }
  }
}
