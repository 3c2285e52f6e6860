package dev.regrow.chaos.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * An OCI runtime. It is started by the probe, which costs next to nothing, so that no JVM's fork is
 * counted against it.
 */
final class OciStarter implements Starter {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final double NANOS_PER_SECOND = 1e9;
  private static final String SAID = "said";

  /**
   * Of the file with the times of the forks: the program itself, another user, writes the other.
   */
  private static final String FORKS = ".forks";

  /**
   * Some runtimes refuse a hybrid host: they see one without the second hierarchy, in a mount
   * namespace of their own.
   */
  private static final String WITHOUT_UNIFIED =
      "if [ -d /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi; exec \"$@\"";

  private final Path program;
  private final Path folder;
  private final Path root;
  private final Stamps stamps;

  /**
   * @param folder for its state and bundles
   */
  OciStarter(Path program, Path folder, Path root, Stamps stamps) {
    this.program = program;
    this.folder = folder;
    this.root = root;
    this.stamps = stamps;
  }

  static Optional<Path> find(String name) {
    return Stream.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Override
  public String name() {
    return Objects.toString(program.getFileName());
  }

  @Override
  public Histogram latencies(int count) throws IOException, InterruptedException {
    String file = name() + "-alone";
    await(drive(file, count));
    var latency = new Histogram(3);
    var forks = stamps.forks(file + FORKS);
    var starts = stamps.starts(file);
    if (starts.size() != count) {
      throw new IOException(starts.size() + " of " + count + " starts left a stamp");
    }
    for (int i = 0; i < count; i++) {
      latency.recordValue(starts.get(i) - forks.get(i));
    }
    return latency;
  }

  @Override
  public double perSecond(int countEach) throws IOException, InterruptedException {
    long begin = System.nanoTime();
    var drivers = new ArrayList<Process>();
    for (String file : List.of(name() + "-left", name() + "-right")) {
      drivers.add(drive(file, countEach));
    }
    for (Process driver : drivers) {
      await(driver);
    }
    return 2 * countEach * NANOS_PER_SECOND / (System.nanoTime() - begin);
  }

  private Process drive(String file, int count) throws IOException {
    Path bundle = folder.resolve(file);
    Files.createDirectories(bundle);
    Files.writeString(bundle.resolve("config.json"), config(file));
    String id = "regrow-bench-" + ProcessHandle.current().pid() + "-" + file + "-{}";
    var command = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
    command.addAll(List.of("sh", "-c", WITHOUT_UNIFIED, "sh"));
    command.addAll(List.of(stamps.folder().resolve("probe").toString(), "drive"));
    command.addAll(
        List.of(stamps.folder().resolve(file + FORKS).toString(), Integer.toString(count)));
    command.addAll(List.of(program.toString(), "--root", folder.resolve("state").toString()));
    command.addAll(List.of("run", "--bundle", bundle.toString(), id));
    return new ProcessBuilder(command)
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectErrorStream(true)
        .redirectOutput(bundle.resolve(SAID).toFile())
        .start();
  }

  private void await(Process driver) throws IOException, InterruptedException {
    if (!driver.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      driver.destroyForcibly();
      throw new IOException("it took over " + PATIENCE);
    }
    if (driver.exitValue() != 0) {
      throw new IOException("it ended with %d: %s".formatted(driver.exitValue(), said()));
    }
  }

  private String said() throws IOException {
    var said = new StringBuilder();
    try (var bundles = Files.newDirectoryStream(folder, name() + "-*")) {
      for (Path bundle : bundles) {
        said.append(Files.readString(bundle.resolve(SAID)));
      }
    }
    return said.toString().strip();
  }

  private String config(String file) throws IOException {
    try (InputStream template = OciStarter.class.getResourceAsStream("oci-config.json")) {
      var text = Objects.requireNonNull(template, "oci-config.json").readAllBytes();
      return new String(text, StandardCharsets.UTF_8)
          .replace("@ROOT@", root.toString())
          .replace("@STAMPS@", stamps.folder().toString())
          .replace("@FILE@", file);
    }
  }
}
