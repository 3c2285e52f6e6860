package dev.regrow.actors.bootstrap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * A node's own directory, held by one process at a time.
 *
 * <p>{@code identity/} who it is, {@code store/} the store's log and snapshots, {@code instances/}
 * what instances keep on disk, {@code logs/} what they wrote, {@code run} the lock; in it stands
 * how often the node was started, so that what it numbers goes on rising over restarts.
 */
final class DataDirectory implements AutoCloseable {

  private final Path root;
  private final FileChannel channel;
  private final FileLock lock;
  private final long run;

  private DataDirectory(Path root, FileChannel channel, FileLock lock, long run) {
    this.root = root;
    this.channel = channel;
    this.lock = lock;
    this.run = run;
  }

  /**
   * @throws StartRefused if another process holds it, or it cannot be written
   */
  static DataDirectory open(Path root) {
    try {
      Files.createDirectories(
          root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      var channel =
          FileChannel.open(
              root.resolve("run"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      var lock = tryLock(channel);
      if (lock == null) {
        channel.close();
        throw new StartRefused(
            "%s is in use by another regrow node; stop that one or give this one --data of its own"
                .formatted(root));
      }
      return new DataDirectory(root, channel, lock, counted(channel));
    } catch (IOException e) {
      throw new StartRefused(
          "cannot use the data directory %s: %s; it must be writable by this user"
              .formatted(root, e.getMessage()),
          e);
    }
  }

  /** Closes the channel, and so gives the lock back, if this start cannot be counted. */
  private static long counted(FileChannel channel) throws IOException {
    try {
      long run = read(channel) + 1;
      write(channel, run);
      return run;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisJvm) {
      return null;
    }
  }

  private static long read(FileChannel channel) throws IOException {
    var buffer = ByteBuffer.allocate(32);
    channel.read(buffer, 0);
    var text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII).strip();
    if (text.isEmpty()) {
      return 0;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException("its file \"run\" is damaged; delete that file", e);
    }
  }

  /** Padded, so that a later number overwrites an earlier one whole. */
  private static void write(FileChannel channel, long run) throws IOException {
    var bytes = "%019d%n".formatted(run).getBytes(StandardCharsets.US_ASCII);
    channel.write(ByteBuffer.wrap(bytes), 0);
    channel.force(true);
  }

  /** Larger than any number that earlier starts of this node gave out, for 2^40 numbers. */
  long firstSequence() {
    return run << 40;
  }

  Path identity() {
    return root.resolve("identity");
  }

  Path store() {
    return root.resolve("store");
  }

  Path logs() {
    return root.resolve("logs");
  }

  Path instances() {
    return root.resolve("instances");
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
