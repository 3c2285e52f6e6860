package dev.regrow.core.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says how full a disk is before writing to it fails, and holds a ballast: space that is given free
 * when the disk is full all the same, so that deleting and recovering still work.
 */
public final class SpaceGuard {

  private static final Logger LOG = LoggerFactory.getLogger(SpaceGuard.class);

  /** How much room there is. */
  public enum Level {
    /** Everything may be written. */
    AMPLE,
    /** Only what does not grow the data. */
    SCARCE,
    /** Nothing. */
    EXHAUSTED
  }

  /**
   * Where the levels begin, in bytes.
   *
   * @param floor below so much free space is scarce
   * @param ballast the size of the ballast file; a quarter of it free is exhausted
   */
  public record Limits(long floor, long ballast) {

    /** Small on small disks, and never so large that a big disk is wasted. */
    public static Limits forDisk(long totalBytes) {
      long floor = Math.min(64L << 20, Math.max(8L << 20, totalBytes / 32));
      return new Limits(floor, floor / 2);
    }

    /** What so much free space means; what was scarce becomes ample only with some to spare. */
    public Level level(Level before, long freeBytes) {
      if (freeBytes < ballast / 4) {
        return Level.EXHAUSTED;
      }
      long ample = before == Level.AMPLE ? floor : floor + floor / 8;
      return freeBytes < ample ? Level.SCARCE : Level.AMPLE;
    }

    boolean roomForBallast(long freeBytes) {
      return freeBytes >= floor + 2 * ballast;
    }
  }

  private static final long FRESH_NANOS = 50_000_000;

  private final Path ballast;
  private final Limits limits;
  private Level level = Level.AMPLE;
  private long freeBytes = Long.MAX_VALUE;
  private long lookedAt;

  /**
   * @param ballast the file that holds the reserve; its directory exists and is what is guarded
   */
  public SpaceGuard(Path ballast, Limits limits) {
    this.ballast = ballast;
    this.limits = limits;
    this.lookedAt = System.nanoTime() - FRESH_NANOS;
  }

  /** How much room there is now; looks at most every 50 ms. */
  public synchronized Level level() {
    long now = System.nanoTime();
    if (now - lookedAt >= FRESH_NANOS) {
      look();
      lookedAt = now;
    }
    return level;
  }

  /** What was free at the last look, in bytes. */
  public synchronized long freeBytes() {
    return freeBytes;
  }

  public Limits limits() {
    return limits;
  }

  /** Makes the ballast if it is missing and there is room; for a thread that may wait. */
  public synchronized void restoreBallast() {
    look();
    if (Files.exists(ballast) || level != Level.AMPLE || !limits.roomForBallast(freeBytes)) {
      return;
    }
    try {
      fill();
    } catch (IOException failed) {
      LOG.warn("no reserve of disk space could be made at {}: {}", ballast, failed.getMessage());
      releaseBallast();
    }
  }

  /** Gives the reserve free. */
  public synchronized void releaseBallast() {
    try {
      if (Files.deleteIfExists(ballast)) {
        LOG.warn(
            "the disk of {} is full: its reserve of {} bytes was given free",
            ballast,
            limits.ballast());
      }
    } catch (IOException failed) {
      LOG.error("the reserve {} could not be given free: {}", ballast, failed.getMessage());
    }
    lookedAt = System.nanoTime() - FRESH_NANOS;
  }

  private void look() {
    measure();
    if (level == Level.EXHAUSTED && Files.exists(ballast)) {
      releaseBallast();
      measure();
    }
  }

  private void measure() {
    try {
      freeBytes = Files.getFileStore(DurableFile.parentOf(ballast)).getUsableSpace();
      level = limits.level(level, freeBytes);
    } catch (IOException failed) {
      LOG.warn("free space of {} is not known: {}", ballast, failed.getMessage());
    }
  }

  /** With noise, for file systems that store zeros in no space. */
  private void fill() throws IOException {
    var noise = new byte[1 << 16];
    new Random(1).nextBytes(noise);
    var options =
        new StandardOpenOption[] {
          StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE
        };
    try (FileChannel channel = FileChannel.open(ballast, options)) {
      for (long left = limits.ballast(); left > 0; ) {
        int size = (int) Math.min(left, noise.length);
        left -= channel.write(ByteBuffer.wrap(noise, 0, size));
      }
      channel.force(true);
    }
    DurableFile.syncDirectory(DurableFile.parentOf(ballast));
  }
}
