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

  /** Starts a program of which only the end counts; what it says goes to that file. */
  Program begin(Path output, String... arguments) throws IOException {
    return new Program(startDetached(output, arguments), output, arguments[0]);
  }

  /** One that runs. */
  record Program(Process process, Path output, String what) {

    /**
     * @param within it is killed then
     * @throws IOException with what it said, if it failed
     */
    void awaitEnd(Duration within) throws IOException {
      try {
        if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          throw new IOException(what + " did not end within its time");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      if (process.exitValue() != 0) {
        var said = Files.readString(output).strip();
        throw new IOException(said.isEmpty() ? "exit code " + process.exitValue() : said);
      }
    }
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
