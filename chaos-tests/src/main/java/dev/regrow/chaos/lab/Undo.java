package dev.regrow.chaos.lab;

import dev.regrow.chaos.cluster.Proc;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Takes a lab away, by one script in every case: when it is closed, when the harness dies (a
 * watcher holds the other end of a pipe), and when the watcher died with it (the next lab, or
 * `regrow chaos undo`, finds what is abandoned).
 */
public final class Undo implements AutoCloseable {

  /** Where labs are. */
  public static final Path PARENT = Path.of("/var/tmp");

  private static final Duration UNDONE_WITHIN = Duration.ofMinutes(2);
  private static final String SCRIPT = "undo.sh";
  private static final String OWNERS = "owners";
  private static final String SAID = "undo.out";

  private final Path lab;
  private final Process watcher;

  private Undo(Path lab, Process watcher) {
    this.lab = lab;
    this.watcher = watcher;
  }

  /** Watches over a lab from now on; to be called before anything of it is made. */
  static Undo watch(Path lab) {
    try (InputStream script = Undo.class.getResourceAsStream(SCRIPT)) {
      if (script == null) {
        throw new IllegalStateException(SCRIPT + " is not among our resources");
      }
      owns(lab, ProcessHandle.current().pid());
      Files.copy(script, lab.resolve(SCRIPT), StandardCopyOption.REPLACE_EXISTING);
      // A session of its own: what ends the harness's terminal must not end it.
      var watcher = start(lab, List.of("setsid", "bash"), List.of("watch"));
      owns(lab, watcher.pid());
      return new Undo(lab, watcher);
    } catch (IOException e) {
      throw new UncheckedIOException("watch over " + lab, e);
    }
  }

  /** Takes it away and waits until it is gone. */
  @Override
  public void close() {
    try {
      watcher.getOutputStream().close();
      finish(lab, watcher);
    } catch (IOException e) {
      throw new UncheckedIOException("tell the watcher of " + lab + " to undo it", e);
    }
  }

  /**
   * Takes away the labs whose harness and watcher are both dead.
   *
   * @return their folders
   */
  public static List<Path> abandoned() {
    try (Stream<Path> folders = Files.list(PARENT)) {
      var undone = new ArrayList<Path>();
      for (Path lab : folders.filter(LabNames::isFolder).toList()) {
        if (Files.exists(lab.resolve(SCRIPT)) && owners(lab).noneMatch(Proc::alive)) {
          finish(lab, start(lab, List.of("bash"), List.of()));
          undone.add(lab);
        }
      }
      return undone;
    } catch (IOException e) {
      throw new UncheckedIOException("look for abandoned labs in " + PARENT, e);
    }
  }

  private static Process start(Path lab, List<String> before, List<String> after)
      throws IOException {
    var command = new ArrayList<>(before);
    command.addAll(List.of(lab.resolve(SCRIPT).toString(), lab.toString()));
    command.addAll(after);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(lab.resolve(SAID).toFile()))
        .start();
  }

  private static void finish(Path lab, Process undoing) {
    try {
      if (!undoing.waitFor(UNDONE_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("undoing " + lab + " takes over " + UNDONE_WITHIN + said(lab));
      }
      if (undoing.exitValue() != 0) {
        throw new AssertionError("undoing " + lab + " failed:" + said(lab));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while undoing " + lab, e);
    }
  }

  private static String said(Path lab) {
    try {
      return "\n" + Files.readString(lab.resolve(SAID));
    } catch (IOException unreadable) {
      return " (" + unreadable + ")";
    }
  }

  /** Pid and start time, since a number alone may be somebody else's by then. */
  private static void owns(Path lab, long pid) throws IOException {
    var line = Proc.identity(pid).map(who -> who.pid() + " " + who.startTicks() + "\n").orElse("");
    Files.writeString(
        lab.resolve(OWNERS), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static Stream<Proc.Identity> owners(Path lab) throws IOException {
    try {
      return Files.readAllLines(lab.resolve(OWNERS)).stream()
          .map(line -> line.split(" "))
          .map(who -> new Proc.Identity(Long.parseLong(who[0]), Long.parseLong(who[1])));
    } catch (NoSuchFileException none) {
      return Stream.of();
    }
  }
}
