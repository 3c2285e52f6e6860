package dev.regrow.core.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * How long a disk takes to make a few bytes durable: asked now and then, by writing some. What is
 * written is a number that only rises, so that a disk that has lost what came before it is noticed.
 */
public final class DiskPace {

  /** Of what writes to it every moment; a healthy disk takes a tenth of it. */
  static final Duration SLOW = Duration.ofMillis(200);

  private static final int BYTES = 16;

  private final Path file;
  private volatile Duration last = Duration.ZERO;

  /**
   * @param file made, and written over each time
   */
  public DiskPace(Path file) {
    this.file = file;
  }

  /** Writes a number, waits for the disk, and remembers how long that took. */
  public Duration ask(long number) throws IOException {
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long began = System.nanoTime();
      channel.write(ByteBuffer.allocate(BYTES).putLong(0, number).putLong(8, ~number), 0);
      channel.force(true);
      last = Duration.ofNanos(System.nanoTime() - began);
      return last;
    }
  }

  /** The number that was last written; 0: none, or it cannot be told. */
  public static long written(Path file) throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    var content = ByteBuffer.wrap(Files.readAllBytes(file));
    return content.remaining() == BYTES && content.getLong(0) == ~content.getLong(8)
        ? content.getLong(0)
        : 0;
  }

  /** Whether the last answer was late. */
  public boolean isSlow() {
    return last.compareTo(SLOW) > 0;
  }

  /** What people are told of a slow disk. */
  public String words() {
    return "the disk of %s is slow: it took %d ms to make a few bytes durable; look for what else uses it, or for its end"
        .formatted(file.getParent(), last.toMillis());
  }
}
