package dev.regrow.chaos.bench;

import dev.regrow.chaos.load.LoadProcess;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The one process that writes to all systems alike. */
final class LoadClient implements AutoCloseable {

  /** Keys that are written, round and round. */
  static final int KEYS = 1024;

  private static final long ENDS_WITHIN_SECONDS = 10;

  private final Process process;
  private final BufferedWriter to;
  private final BufferedReader from;

  /**
   * What one run came to.
   *
   * @param clientCpuMillis of the client itself
   */
  record Outcome(
      long written, long failed, long nanos, long p50Nanos, long p99Nanos, long clientCpuMillis) {

    double perSecond() {
      return written * 1e9 / nanos;
    }
  }

  private LoadClient(Process process) {
    this.process = process;
    to = process.outputWriter(StandardCharsets.UTF_8);
    from = process.inputReader(StandardCharsets.UTF_8);
  }

  static LoadClient start() throws IOException {
    return new LoadClient(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                LoadProcess.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /**
   * Writes for so long, and waits for the last answers.
   *
   * @param system which API: see {@link LoadProcess}
   * @param tokenFile for those who want one
   */
  Outcome run(String system, List<String> endpoints, int inFlight, long millis, Path tokenFile)
      throws IOException {
    to.write(
        "%s %s %d %d %d %s\n"
            .formatted(system, String.join(",", endpoints), inFlight, millis, KEYS, tokenFile));
    to.flush();
    String answer = from.readLine();
    if (answer == null || answer.startsWith("error")) {
      throw new IOException("the client of " + system + " says: " + answer);
    }
    String[] words = answer.split(" ");
    long[] numbers = java.util.Arrays.stream(words).mapToLong(Long::parseLong).toArray();
    var outcome =
        new Outcome(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
    if (outcome.failed() > 0) {
      throw new IOException(
          "%s did not confirm %d of %d writes"
              .formatted(system, outcome.failed(), outcome.failed() + outcome.written()));
    }
    return outcome;
  }

  @Override
  public void close() throws IOException {
    to.close();
    try {
      if (!process.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
