package dev.regrow.runtime.namespace;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.disk.Trees;
import dev.regrow.runtime.namespace.ShiftedCopies.Bounds;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Copies a tree for other owners: directories, files and links, with modes and times, of one file
 * system. What is mounted below appears empty; devices, sockets and fifos, which an instance could
 * not use or makes itself, are left out, and so are extended attributes. It works relative to open
 * directories and follows no link: whoever can change the tree meanwhile cannot lead it out.
 */
final class TreeCopy {

  private static final int PERMISSIONS = 07777;
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int FILE = 0100000;
  private static final int LINK = 0120000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  private static final long CHUNK = 1 << 23;

  private final IdRange ids;
  private final Predicate<Path> opaque;
  private final long device;

  private TreeCopy(IdRange ids, Predicate<Path> opaque, long device) {
    this.ids = ids;
    this.opaque = opaque;
    this.device = device;
  }

  /**
   * @param from without a link in its path
   * @param to is made, or is the copy of layers below, over which this one is laid: its whiteouts
   *     and opaque directories take away what is there
   */
  static void copy(Path from, Path to, IdRange ids, Predicate<Path> opaque) throws IOException {
    try (var entries = open(from)) {
      new TreeCopy(ids, opaque, Seen.of(from).device()).directory(entries, from, to);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private static SecureDirectoryStream<Path> open(Path path) throws IOException {
    try (var root = Files.newDirectoryStream(Path.of("/"))) {
      if (!(root instanceof SecureDirectoryStream<Path> top)) {
        throw new IOException("the file system has no openat(2)");
      }
      var at = top.newDirectoryStream(path.getName(0), LinkOption.NOFOLLOW_LINKS);
      for (int i = 1; i < path.getNameCount(); i++) {
        try (var above = at) {
          at = above.newDirectoryStream(path.getName(i), LinkOption.NOFOLLOW_LINKS);
        }
      }
      return at;
    }
  }

  /**
   * Refuses what is too large, before the first byte is copied.
   *
   * @param freeBytes where the copy is to be; a tenth of it is left to others
   * @throws RuntimeFailure naming what is too much
   */
  static void check(Path from, Bounds bounds, long freeBytes) throws IOException {
    long device = Seen.of(from).device();
    long[] counted = new long[2];
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            boolean ours = Seen.of(directory).device() == device;
            return ours ? count(0) : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return count(attributes.isRegularFile() ? attributes.size() : 0);
          }

          private FileVisitResult count(long bytes) {
            counted[0]++;
            counted[1] += bytes;
            boolean fits = counted[0] <= bounds.entries() && counted[1] <= bounds.bytes();
            return fits ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
          }
        });
    if (counted[0] > bounds.entries() || counted[1] > bounds.bytes()) {
      throw refused(
          from, "has more than " + bounds.entries() + " files or " + bounds.bytes() + " bytes");
    }
    if (counted[1] > freeBytes / 10 * 9) {
      throw refused(from, "has " + counted[1] + " bytes where " + freeBytes + " are free");
    }
  }

  private static RuntimeFailure refused(Path from, String why) {
    return new RuntimeFailure("cannot copy the root file system " + from + ": it " + why, false);
  }

  private void directory(SecureDirectoryStream<Path> entries, Path from, Path to)
      throws IOException {
    var seen = Seen.of(from);
    seen.require(entries.getFileAttributeView(BasicFileAttributeView.class), from);
    boolean merged = Files.isDirectory(to, LinkOption.NOFOLLOW_LINKS);
    if (!merged || opaque.test(from)) {
      Trees.delete(to);
      Files.createDirectory(to);
    }
    own(to, seen);
    if (seen.device() == device) {
      for (var entry : entries) {
        var name = entry.getFileName();
        copy(entries, name, from.resolve(name), to.resolve(name));
      }
    }
  }

  private void copy(SecureDirectoryStream<Path> in, Path name, Path from, Path to)
      throws IOException {
    var seen = Seen.of(from);
    seen.require(
        in.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS),
        from);
    if (seen.type() == DIRECTORY) {
      try (var entries = in.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
        directory(entries, from, to);
      }
    } else if (seen.type() == LINK) {
      Trees.delete(to);
      Files.createSymbolicLink(to, Files.readSymbolicLink(from));
      own(to, seen);
    } else if (seen.type() == FILE) {
      Trees.delete(to);
      try (var source = in.newByteChannel(name, READ)) {
        write(source, to);
      }
      own(to, seen);
      Files.setLastModifiedTime(to, seen.modified());
    } else if (seen.isWhiteout()) {
      Trees.delete(to);
    }
  }

  private static void write(SeekableByteChannel source, Path to) throws IOException {
    try (var target =
        FileChannel.open(to, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
      long at = 0;
      for (long moved = 1; moved > 0; at += moved) {
        moved = target.transferFrom(source, at, CHUNK);
      }
    }
  }

  /** Owner first: chown(2) takes set-user-id bits away. */
  private void own(Path there, Seen seen) throws IOException {
    Files.setAttribute(there, "unix:uid", shifted(seen.uid()), LinkOption.NOFOLLOW_LINKS);
    Files.setAttribute(there, "unix:gid", shifted(seen.gid()), LinkOption.NOFOLLOW_LINKS);
    if (!Files.isSymbolicLink(there)) {
      Files.setAttribute(there, "unix:mode", seen.mode() & PERMISSIONS);
    }
  }

  /** Owners that have no number inside are nobody's there. */
  private int shifted(int owner) {
    return ids.hostId(owner >= 0 && owner < IdRange.SIZE ? owner : IdRange.SIZE - 2);
  }

  /** What lstat(2) says. */
  private record Seen(
      Object key, long device, long shows, int mode, int uid, int gid, FileTime modified) {

    static Seen of(Path path) throws IOException {
      var all =
          Files.readAttributes(
              path,
              "unix:fileKey,dev,rdev,mode,uid,gid,lastModifiedTime",
              LinkOption.NOFOLLOW_LINKS);
      return new Seen(
          value(all, "fileKey", Object.class),
          value(all, "dev", Number.class).longValue(),
          value(all, "rdev", Number.class).longValue(),
          value(all, "mode", Number.class).intValue(),
          value(all, "uid", Number.class).intValue(),
          value(all, "gid", Number.class).intValue(),
          value(all, "lastModifiedTime", FileTime.class));
    }

    private static <T> T value(Map<String, Object> all, String name, Class<T> type) {
      return type.cast(Objects.requireNonNull(all.get(name), name));
    }

    int type() {
      return mode & TYPE;
    }

    boolean isWhiteout() {
      return type() == CHARACTER_DEVICE && shows == 0;
    }

    /** The path may lead elsewhere by now than the directory that is open. */
    void require(BasicFileAttributeView open, Path path) throws IOException {
      if (!key.equals(open.readAttributes().fileKey())) {
        throw new IOException(path + " was changed while it was copied");
      }
    }
  }
}
