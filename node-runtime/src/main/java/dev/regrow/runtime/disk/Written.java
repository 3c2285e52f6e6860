package dev.regrow.runtime.disk;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * How much a tree that others fill takes on disk. Follows no links; what vanishes meanwhile does
 * not count.
 *
 * @param entries files, directories and the like
 * @param complete false: it is larger than these numbers, in entries or in depth
 */
public record Written(long bytes, long entries, boolean complete) {

  public static final Written NOTHING = new Written(0, 0, true);

  /** Each level is an open directory while it is counted; programs make far fewer. */
  static final int DEEPEST = 200;

  /** What is smaller takes a whole block or so; holes pay for larger ones only. */
  private static final long WHOLE = 1 << 16;

  private static final long BLOCK = 4096;

  /**
   * Counts what is below a directory.
   *
   * @param diskBytes of a file by its path; empty where that cannot be told: then its length counts
   * @param entriesMost no more are counted
   */
  public static Written below(Path top, Function<Path, OptionalLong> diskBytes, long entriesMost)
      throws IOException {
    var count = new Counting(diskBytes, entriesMost);
    try (var entries = Files.newDirectoryStream(top)) {
      count.walk(entries, top, 1);
    } catch (NoSuchFileException nothing) {
      return NOTHING;
    }
    return new Written(count.bytes, count.entries, count.complete);
  }

  public Written plus(Written other) {
    return new Written(bytes + other.bytes, entries + other.entries, complete && other.complete);
  }

  /** What is left of it when what was there before does not count. */
  public Written beyond(Written before) {
    return new Written(
        Math.max(0, bytes - before.bytes), Math.max(0, entries - before.entries), complete);
  }

  private static final class Counting {
    private final Function<Path, OptionalLong> diskBytes;
    private final long entriesMost;
    private long bytes;
    private long entries;
    private boolean complete = true;

    private Counting(Function<Path, OptionalLong> diskBytes, long entriesMost) {
      this.diskBytes = diskBytes;
      this.entriesMost = entriesMost;
    }

    private void walk(DirectoryStream<Path> stream, Path directory, int depth) throws IOException {
      if (!(stream instanceof SecureDirectoryStream<Path> secure)) {
        throw new IOException(directory + " is on a file system without openat(2)");
      }
      for (var entry : secure) {
        if (entries == entriesMost || depth > DEEPEST) {
          complete = false;
          return;
        }
        entries++;
        try {
          count(secure, directory, entry.getFileName(), depth);
        } catch (IOException gone) {
          entries--; // Or it is something else by now.
        }
      }
    }

    private void count(SecureDirectoryStream<Path> open, Path directory, Path name, int depth)
        throws IOException {
      var attributes =
          open.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes();
      bytes += taken(attributes, directory.resolve(name));
      if (attributes.isDirectory()) {
        try (var below = open.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
          walk(below, directory.resolve(name), depth + 1);
        }
      }
    }

    private long taken(BasicFileAttributes attributes, Path path) {
      long length = attributes.size();
      return attributes.isRegularFile() && length > WHOLE
          ? diskBytes.apply(path).orElse(length)
          : (length + BLOCK - 1) / BLOCK * BLOCK;
    }
  }
}
