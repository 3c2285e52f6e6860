package dev.regrow.runtime.logs;

import dev.regrow.runtime.Logs.Chunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A place in the logs of one instance that moves forward only. It holds on to the file it reads
 * while that is renamed by a rotation, or deleted, and goes on with whichever is the next younger.
 */
final class LogCursor implements AutoCloseable {

  /** Takes what is read. */
  interface Taker {
    /**
     * @return whether it wants more
     */
    boolean take(Chunk chunk);

    /** False: nothing is read for now. */
    default boolean hasRoom() {
      return true;
    }
  }

  /** How far it went. */
  enum Progress {
    ALL_READ,
    NO_ROOM,
    ENOUGH
  }

  private final LogDirectory directory;
  private final IntPredicate attempts;
  private final ByteBuffer buffer = ByteBuffer.allocate(2 * FrameDecoder.MIN_CAPACITY);

  private @Nullable FileChannel channel;
  private LogDirectory.@Nullable Kept current;

  /**
   * @param attempts those to read
   */
  LogCursor(LogDirectory directory, IntPredicate attempts) {
    this.directory = directory;
    this.attempts = attempts;
  }

  /** Hands over all that has been written since the last call, as far as there is room. */
  Progress advance(Taker taker) throws IOException {
    while (true) {
      var before = drain(taker);
      if (before != Progress.ALL_READ) {
        return before;
      }
      var next = successor();
      if (next == null) {
        return Progress.ALL_READ;
      }
      // It was the last to be written to until its successor was made: what came between our
      // reaching its end and now is the last of it.
      var last = drain(taker);
      if (last != Progress.ALL_READ) {
        return last;
      }
      enter(next);
    }
  }

  private LogDirectory.@Nullable Kept successor() throws IOException {
    List<LogDirectory.Kept> files =
        directory.list().stream().filter(kept -> attempts.test(kept.file().attempt())).toList();
    if (current == null) {
      return files.isEmpty() ? null : files.get(0);
    }
    for (int i = 0; i < files.size(); i++) {
      if (files.get(i).key().equals(current.key())) {
        return i + 1 < files.size() ? files.get(i + 1) : null;
      }
    }
    // Ours is gone, so all that is left of its attempt and the later ones is younger.
    int attempt = current.file().attempt();
    return files.stream().filter(kept -> kept.file().attempt() >= attempt).findFirst().orElse(null);
  }

  private void enter(LogDirectory.Kept next) throws IOException {
    close();
    buffer.clear().flip();
    var path = next.file().path();
    try {
      var opened = FileChannel.open(path, StandardOpenOption.READ);
      var key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      if (next.key().equals(key)) {
        channel = opened;
        current = next;
      } else {
        opened.close(); // Rotated away between listing and opening: look again.
      }
    } catch (NoSuchFileException e) {
      channel = null; // The same.
    }
  }

  private Progress drain(Taker taker) throws IOException {
    if (channel == null || current == null) {
      return Progress.ALL_READ;
    }
    while (true) {
      var progress = handOver(taker, current.file().attempt());
      if (progress != Progress.ALL_READ) {
        return progress;
      }
      buffer.compact();
      int count = channel.read(buffer);
      buffer.flip();
      if (count <= 0) {
        return Progress.ALL_READ;
      }
    }
  }

  private Progress handOver(Taker taker, int attempt) {
    while (taker.hasRoom()) {
      var frame = FrameDecoder.next(buffer);
      if (frame == null) {
        return Progress.ALL_READ;
      }
      if (!taker.take(chunk(attempt, frame))) {
        return Progress.ENOUGH;
      }
    }
    return Progress.NO_ROOM;
  }

  private static Chunk chunk(int attempt, Frame frame) {
    return new Chunk(attempt, frame.stream(), frame.time(), frame.bytes(), frame.dropped());
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }
}
