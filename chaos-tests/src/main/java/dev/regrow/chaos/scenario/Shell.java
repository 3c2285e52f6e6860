package dev.regrow.chaos.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a program to its end. */
public final class Shell {

  private static final Duration ENDED_WITHIN = Duration.ofMinutes(2);

  private Shell() {}

  /** What a program said, and how it ended. */
  public record Said(List<String> command, int exitCode, String out, String err) {

    /**
     * @throws AssertionError with all that it said, if it ended in another way
     */
    public Said expect(int code) {
      if (exitCode != code) {
        throw new AssertionError("expected exit code " + code + " of " + this);
      }
      return this;
    }

    @Override
    public String toString() {
      return "%s → exit code %d\nstdout: %s\nstderr: %s"
          .formatted(String.join(" ", command), exitCode, out, err);
    }
  }

  /** Runs it and expects success. */
  public static Said run(Object... command) {
    return ask(Stream.of(command).map(String::valueOf).toList(), Map.of()).expect(0);
  }

  /**
   * Runs it.
   *
   * @throws AssertionError when it does not end within two minutes
   */
  public static Said ask(List<String> command, Map<String, String> environment) {
    try {
      Path out = Files.createTempFile("regrow-chaos", ".out");
      Path err = Files.createTempFile("regrow-chaos", ".err");
      try {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectInput(Path.of("/dev/null").toFile());
        builder.redirectOutput(out.toFile()).redirectError(err.toFile());
        int code = end(builder.start(), command);
        return new Said(command, code, Files.readString(out), Files.readString(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("run " + command, e);
    }
  }

  private static int end(Process process, List<String> command) {
    try {
      if (!process.waitFor(ENDED_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " did not end within " + ENDED_WITHIN);
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for " + command, e);
    }
  }
}
