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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link Logs} below one directory: {@code <namespace>/<workload>/<instance>/<attempt>.log}.
 *
 * <p>Where instances come and go, making and deleting inodes costs more than all else that a start
 * asks of a disk: ext4 gives none that was deleted lately to a new file, and looks at each of them
 * to find one that was not. So what may be needed again, or not at all, in a moment waits for
 * {@link #LATER}: the removal of empty levels, and notes of ends.
 */
public final class FileLogs implements Logs, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FileLogs.class);
  private static final int PREPARE_TRIES = 100;
  private static final Duration LATER = Duration.ofSeconds(1);

  private final Path root;
  private final Executor executor;
  private final Executor later;
  private final LogWatcher watcher;

  /** How attempts ended, until it is written. */
  private final Map<InstanceKey, List<Attempt>> unwritten = new ConcurrentHashMap<>();

  private final EmptyLevels levels;
  private final AtomicBoolean isPlanned = new AtomicBoolean();

  /**
   * @param root made by whoever starts the first instance
   * @param executor does the reading, which blocks on the disk
   */
  public FileLogs(Path root, Executor executor) {
    this(
        root,
        executor,
        CompletableFuture.delayedExecutor(LATER.toMillis(), TimeUnit.MILLISECONDS, executor));
  }

  /**
   * @param later does what may wait
   */
  FileLogs(Path root, Executor executor, Executor later) {
    this.root = root;
    this.executor = executor;
    this.later = later;
    this.watcher = new LogWatcher();
    this.levels = new EmptyLevels(root);
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
    writeNotes(key);
    try {
      return new LogDirectory(directory(key)).attemptsWithEnds();
    } catch (IOException e) {
      throw failure("list the attempts in " + directory(key), e);
    }
  }

  /** Keeps how an attempt ended for as long as its logs. Never waits for the disk. */
  public void noteEnd(InstanceKey key, int attempt, Instant startedAt, Ended ended) {
    unwritten.compute(
        key,
        (same, before) -> {
          var notes = before == null ? new ArrayList<Attempt>() : before;
          notes.add(new Attempt(attempt, startedAt, ended));
          return notes;
        });
    plan();
  }

  /**
   * A full disk loses them, and nothing else. One at a time: who is about to read what was noted
   * waits until another has written it.
   */
  private synchronized void writeNotes(InstanceKey key) {
    var notes = unwritten.remove(key);
    if (notes == null) {
      return;
    }
    try {
      for (var note : notes) {
        new LogDirectory(directory(key)).note(note);
      }
    } catch (IOException e) {
      LOG.warn("cannot note an end in {}: {}", directory(key), e.toString());
    }
  }

  /** Drops the logs of the oldest attempts; the youngest always stays. */
  public void retain(InstanceKey key, int maxAttempts, long maxBytes) {
    writeNotes(key);
    try {
      new LogDirectory(directory(key)).retain(maxAttempts, maxBytes);
    } catch (IOException e) {
      throw failure("drop old logs in " + directory(key), e);
    }
  }

  /** Deletes all logs of an instance. Idempotent. */
  public void forget(InstanceKey key) {
    unwritten.remove(key);
    try {
      new LogDirectory(directory(key)).delete();
    } catch (IOException e) {
      throw failure("delete logs in " + directory(key), e);
    }
    levels.left(directory(key));
    plan();
  }

  /** An agent that was killed had no time to tidy. */
  public void tidyAfterTheLastAgent() {
    levels.leftAll();
    plan();
  }

  private void plan() {
    if (isPlanned.compareAndSet(false, true)) {
      later.execute(this::tidy);
    }
  }

  /** Does what was put off. */
  void tidy() {
    isPlanned.set(false);
    unwritten.keySet().forEach(this::writeNotes);
    levels.remove();
  }

  /** Ends all readings that follow. */
  @Override
  public void close() {
    watcher.close();
    tidy();
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
