package dev.regrow.cli.local;

import dev.regrow.cli.Failure;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Starts the launcher's other programs: the node detached, and the sweep. */
final class Launcher {
  private static final Path NULL = Path.of("/dev/null");

  private final String path;

  Launcher(String path) {
    this.path = path;
  }

  static Launcher own() {
    var path = System.getProperty("regrow.launcher", "");
    if (path.isEmpty()) {
      throw Failure.error("up and down work only through the launcher, bin/regrow");
    }
    return new Launcher(path);
  }

  /** In a session of its own, with nothing of ours open. Returns its pid, which is the JVM's. */
  Process startDetached(Path log, String... arguments) throws IOException {
    var command = new ArrayList<String>(List.of("setsid", path));
    command.addAll(List.of(arguments));
    prepare(log);
    var builder = new ProcessBuilder(command);
    builder.directory(Path.of("/").toFile());
    scrub(builder);
    builder.redirectInput(NULL.toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return builder.start();
  }

  /** Runs to its end; what it said, for a failure. */
  String run(Duration within, Path output, String... arguments) throws IOException {
    var process = startDetached(output, arguments);
    try {
      if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException(arguments[0] + " took over " + within.toSeconds() + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    var said = Files.readString(output).strip();
    if (process.exitValue() != 0) {
      throw new IOException(said.isEmpty() ? "exit code " + process.exitValue() : said);
    }
    return said;
  }

  /** Our tokens and paths are no business of a node; and it runs what is built. */
  private static void scrub(ProcessBuilder builder) {
    var environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("REGROW_"));
    environment.put("REGROW_NO_BUILD", "1");
  }

  private static void prepare(Path log) throws IOException {
    try {
      Files.createFile(
          log, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-------"));
    }
  }
}
