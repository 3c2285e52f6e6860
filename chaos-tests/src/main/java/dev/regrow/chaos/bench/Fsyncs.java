package dev.regrow.chaos.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Counts what servers have flushed to their disks, by strace(1), which slows them down a lot. */
final class Fsyncs implements AutoCloseable {

  private static final Pattern FINISHED = Pattern.compile("(fsync|fdatasync).*= 0$");
  private static final long ENDS_WITHIN_SECONDS = 10;

  private final Process strace;
  private final Path lines;

  private Fsyncs(Process strace, Path lines) {
    this.strace = strace;
    this.lines = lines;
  }

  /** Begins to count; empty without strace. */
  static Optional<Fsyncs> of(List<Long> pids, Path lines) throws IOException {
    var program = OciStarter.find("strace");
    if (program.isEmpty()) {
      return Optional.empty();
    }
    var command = new ArrayList<>(List.of(program.get().toString(), "-f", "-qq"));
    command.addAll(List.of("-e", "trace=fsync,fdatasync", "-o", lines.toString()));
    pids.forEach(pid -> command.addAll(List.of("-p", Long.toString(pid))));
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(lines.resolveSibling(lines.getFileName() + ".said").toFile())
            .start();
    return Optional.of(new Fsyncs(process, lines));
  }

  /** Lets go of the servers and counts; empty when strace could not attach. */
  OptionalLong finish() throws IOException {
    close();
    if (!Files.exists(lines)) {
      return OptionalLong.empty();
    }
    try (var all = Files.lines(lines)) {
      return OptionalLong.of(all.filter(line -> FINISHED.matcher(line).find()).count());
    }
  }

  @Override
  public void close() {
    strace.destroy();
    try {
      if (!strace.waitFor(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        strace.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      strace.destroyForcibly();
    }
  }
}
