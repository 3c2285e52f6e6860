package dev.regrow.runtime.logs;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.IntPredicate;

/** {@link Logs} below one directory: {@code <namespace>/<workload>/<instance>/<attempt>.log}. */
public final class FileLogs implements Logs, AutoCloseable {

  private static final int PREPARE_TRIES = 100;

  private final Path root;
  private final Executor executor;
  private final LogWatcher watcher;

  /**
   * @param root made by whoever starts the first instance
   * @param executor does the reading, which blocks on the disk
   */
  public FileLogs(Path root, Executor executor) {
    this.root = root;
    this.executor = executor;
    this.watcher = new LogWatcher();
  }

  /** Where the shim of this instance writes to. */
  public Path directory(InstanceKey key) {
    return root.resolve(key.namespace()).resolve(key.workload()).resolve(key.instanceId());
  }

  /** Makes the directory that the shim writes to, closed to others. */
  public Path prepare(InstanceKey key) {
    var directory = directory(key);
    for (int left = PREPARE_TRIES; ; left--) {
      try {
        return Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } catch (IOException e) {
        // The last sibling's logs are being forgotten, and a level above us with them.
        boolean vanished =
            e instanceof NoSuchFileException || e instanceof FileAlreadyExistsException;
        if (!vanished || left == 0) {
          throw failure("make log directory " + directory, e);
        }
      }
    }
  }

  @Override
  public Reading read(InstanceKey key, Query query, Sink sink) {
    var reading = new FileReading(new LogDirectory(directory(key)), query, sink, executor, watcher);
    reading.start();
    return reading;
  }

  @Override
  public List<Attempt> attempts(InstanceKey key) {
    try {
      return new LogDirectory(directory(key)).attemptsWithEnds();
    } catch (IOException e) {
      throw failure("list the attempts in " + directory(key), e);
    }
  }

  /** Keeps how an attempt ended for as long as its logs. */
  public void noteEnd(InstanceKey key, int attempt, Instant startedAt, Ended ended) {
    try {
      new LogDirectory(directory(key)).note(attempt, AttemptNote.text(startedAt, ended));
    } catch (IOException e) {
      throw failure("note an end in " + directory(key), e);
    }
  }

  /** Drops the logs of the oldest attempts; the youngest always stays. */
  public void retain(InstanceKey key, int maxAttempts, long maxBytes) {
    try {
      new LogDirectory(directory(key)).retain(maxAttempts, maxBytes);
    } catch (IOException e) {
      throw failure("drop old logs in " + directory(key), e);
    }
  }

  /** Deletes all logs of an instance. Idempotent. */
  public void forget(InstanceKey key) {
    try {
      new LogDirectory(directory(key)).delete(root);
    } catch (IOException e) {
      throw failure("delete logs in " + directory(key), e);
    }
  }

  /** Ends all readings that follow. */
  @Override
  public void close() {
    watcher.close();
  }

  static RuntimeFailure failure(String attempted, IOException cause) {
    return new RuntimeFailure("cannot " + attempted + ": " + cause, true, cause);
  }

  /** Which attempts a query means, of those that are kept. */
  static IntPredicate attempts(int asked, List<Integer> kept) {
    if (asked == 0) {
      return attempt -> true;
    }
    if (asked > 0) {
      return attempt -> attempt == asked;
    }
    int before = kept.size() < 2 ? -1 : kept.get(kept.size() - 2);
    return attempt -> attempt == before;
  }
}
