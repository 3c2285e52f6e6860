package dev.regrow.runtime.logs;

import dev.regrow.runtime.Logs.Attempt;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/** The logs of one instance. */
record LogDirectory(Path path) {

  /** A rotation takes microseconds; only a shim that rotates without a pause could use this up. */
  private static final int LISTINGS_MAX = 1000;

  /** Each fails for a note that was written meanwhile, of which there is one for each attempt. */
  private static final int DELETIONS_MAX = 100;

  /**
   * A file with what stays the same when it is renamed by a rotation.
   *
   * @param key the file's device and inode
   */
  record Kept(LogFile file, Object key, long bytes) {}

  boolean exists() {
    return Files.isDirectory(path);
  }

  /**
   * From the oldest to the youngest. A rotation renames several files, one by one, so a listing
   * counts once a second one agrees with it.
   *
   * @throws IOException also if the files are rotated faster than they can be listed
   */
  List<Kept> list() throws IOException {
    var last = listOnce();
    for (int left = LISTINGS_MAX; left > 0; left--) {
      var next = listOnce();
      if (next.isPresent() && last.isPresent() && keys(next.get()).equals(keys(last.get()))) {
        return next.get();
      }
      last = next;
    }
    throw new IOException("%s is rotated faster than it can be listed".formatted(path));
  }

  private static List<Object> keys(List<Kept> files) {
    return files.stream().map(Kept::key).toList();
  }

  /** Empty if a rotation renamed a file between its listing and a look at it. */
  private Optional<List<Kept>> listOnce() throws IOException {
    List<LogFile> files;
    try (Stream<Path> entries = Files.list(path)) {
      files = entries.flatMap(entry -> LogFile.named(entry).stream()).sorted().toList();
    } catch (NoSuchFileException e) {
      return Optional.of(List.of());
    }
    var kept = new ArrayList<Kept>();
    for (var file : files) {
      try {
        var attributes = Files.readAttributes(file.path(), BasicFileAttributes.class);
        kept.add(new Kept(file, attributes.fileKey(), attributes.size()));
      } catch (NoSuchFileException e) {
        return Optional.empty();
      }
    }
    return Optional.of(kept);
  }

  /** The attempts that have logs, oldest first. */
  List<Integer> attempts() throws IOException {
    return list().stream().map(kept -> kept.file().attempt()).distinct().toList();
  }

  /** Drops the oldest attempts until the rest is within bounds; the youngest always stays. */
  void retain(int maxAttempts, long maxBytes) throws IOException {
    var bytesByAttempt = new TreeMap<Integer, Long>();
    noted().forEach(attempt -> bytesByAttempt.put(attempt, 0L)); // The first may have said nothing.
    var files = list();
    files.forEach(kept -> bytesByAttempt.merge(kept.file().attempt(), kept.bytes(), Long::sum));
    var surplus = LogRetention.surplus(bytesByAttempt, maxAttempts, maxBytes);
    delete(files, surplus::contains);
    for (int attempt : surplus) {
      Files.deleteIfExists(path.resolve(AttemptNote.name(attempt)));
    }
  }

  /** The attempts of which an end is noted, in no order. */
  private List<Integer> noted() throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .flatMap(entry -> AttemptNote.attempt(entry.getFileName().toString()).stream())
          .toList();
    } catch (NoSuchFileException forgotten) {
      return List.of();
    }
  }

  /** Nothing is noted of what has been forgotten. */
  void note(Attempt ended) throws IOException {
    var note = path.resolve(AttemptNote.name(ended.attempt()));
    var unfinished = path.resolve(AttemptNote.name(ended.attempt()) + ".new");
    try {
      Files.writeString(unfinished, AttemptNote.text(ended));
      Files.move(unfinished, note, StandardCopyOption.REPLACE_EXISTING);
    } catch (NoSuchFileException forgotten) {
      return;
    }
  }

  /** All that something is kept of, oldest first. */
  List<Attempt> attemptsWithEnds() throws IOException {
    var attempts = new TreeMap<Integer, Attempt>();
    attempts().forEach(attempt -> attempts.put(attempt, new Attempt(attempt, null, null)));
    try (Stream<Path> entries = Files.list(path)) {
      for (var entry : entries.toList()) {
        var attempt = AttemptNote.attempt(entry.getFileName().toString());
        if (attempt.isPresent()) {
          read(attempt.get(), entry).ifPresent(noted -> attempts.put(noted.attempt(), noted));
        }
      }
    } catch (NoSuchFileException forgotten) {
      return List.of();
    }
    if (attempts.isEmpty()) {
      return List.of(new Attempt(1, null, null)); // The first, which has said nothing yet.
    }
    return List.copyOf(attempts.values());
  }

  /** Empty if it is old, and was deleted just now. */
  private static Optional<Attempt> read(int attempt, Path note) throws IOException {
    try {
      return Optional.of(AttemptNote.read(attempt, Files.readString(note)));
    } catch (NoSuchFileException dropped) {
      return Optional.empty();
    }
  }

  private static void delete(List<Kept> files, IntPredicate attempts) throws IOException {
    for (var kept : files) {
      if (attempts.test(kept.file().attempt())) {
        Files.deleteIfExists(kept.file().path());
      }
    }
  }

  /** Deletes all. */
  void delete() throws IOException {
    for (int attempt = 1; exists(); attempt++) {
      try {
        deleteWhatIsThere();
      } catch (DirectoryNotEmptyException noteMeanwhile) {
        if (attempt == DELETIONS_MAX) {
          throw noteMeanwhile;
        }
      }
    }
  }

  private void deleteWhatIsThere() throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      for (var entry : entries.toList()) {
        Files.deleteIfExists(entry);
      }
    } catch (NoSuchFileException gone) {
      return;
    }
    Files.deleteIfExists(path);
  }
}
