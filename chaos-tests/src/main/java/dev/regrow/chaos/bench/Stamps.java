package dev.regrow.chaos.bench;

import dev.regrow.chaos.cluster.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Where probes say when their first instruction ran. */
public final class Stamps {

  private static final String STARTED = "started ";
  private static final String FORKED = "forked ";

  private final Path folder;

  private Stamps(Path folder) {
    this.folder = folder;
  }

  /** Makes the folder, writable by every instance, with the probe's program in it. */
  public static Stamps in(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
      Path probe = folder.resolve("probe");
      try (InputStream program = Stamps.class.getResourceAsStream("/probe")) {
        Files.copy(Objects.requireNonNull(program, "the probe is not in the jar"), probe);
      }
      Files.setPosixFilePermissions(probe, PosixFilePermissions.fromString("rwxr-xr-x"));
    } catch (IOException e) {
      throw new UncheckedIOException("prepare " + folder, e);
    }
    return new Stamps(folder);
  }

  public Path folder() {
    return folder;
  }

  /** CLOCK_BOOTTIME in nanoseconds of each start that was stamped into this file, in order. */
  public List<Long> starts(String file) {
    return times(file, STARTED);
  }

  /** The same of each time that `probe drive` was about to run its command. */
  List<Long> forks(String file) {
    return times(file, FORKED);
  }

  private List<Long> times(String file, String what) {
    Path path = folder.resolve(file);
    if (!Files.exists(path)) {
      return List.of();
    }
    try {
      // The last line may be half there; it ends with a newline when it is whole.
      String text = Files.readString(path);
      return text.substring(0, text.lastIndexOf('\n') + 1)
          .lines()
          .filter(line -> line.startsWith(what))
          .map(line -> Long.parseLong(line.substring(what.length())))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("read " + path, e);
    }
  }

  /** Waits until so many starts are stamped. */
  public List<Long> awaitStarts(String file, int count, Duration within) {
    return Await.until(
        count + " starts in " + file, within, () -> starts(file), seen -> seen.size() >= count);
  }
}
