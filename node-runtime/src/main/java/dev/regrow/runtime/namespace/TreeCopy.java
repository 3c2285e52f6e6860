package dev.regrow.runtime.namespace;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.disk.Trees;
import dev.regrow.runtime.namespace.ShiftedCopies.Bounds;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Predicate;

/**
 * Copies a tree for other owners: directories, files and links, with modes and times, of one file
 * system. What is mounted below appears empty; devices, sockets and fifos, which an instance could
 * not use or makes itself, are left out, and so are extended attributes.
 */
final class TreeCopy extends SimpleFileVisitor<Path> {

  private static final int PERMISSIONS = 07777;
  private static final int TYPE = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;

  private final Path from;
  private final Path to;
  private final IdRange ids;
  private final long device;

  private final Predicate<Path> opaque;

  private TreeCopy(Path from, Path to, IdRange ids, Predicate<Path> opaque) throws IOException {
    this.opaque = opaque;
    this.from = from;
    this.to = to;
    this.ids = ids;
    this.device = Owned.of(from).device();
  }

  /**
   * @param to is made, or is the copy of layers below, over which this one is laid: its whiteouts
   *     and opaque directories take away what is there
   */
  static void copy(Path from, Path to, IdRange ids, Predicate<Path> opaque) throws IOException {
    Files.walkFileTree(from, new TreeCopy(from, to, ids, opaque));
  }

  /**
   * Refuses what is too large, before the first byte is copied.
   *
   * @param freeBytes where the copy is to be; a tenth of it is left to others
   * @throws RuntimeFailure naming what is too much
   */
  static void check(Path from, Bounds bounds, long freeBytes) throws IOException {
    long device = Owned.of(from).device();
    long[] counted = new long[2];
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            boolean ours = Owned.of(directory).device() == device;
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

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
      throws IOException {
    var there = target(directory);
    boolean merged = Files.isDirectory(there, LinkOption.NOFOLLOW_LINKS);
    if (!merged || opaque.test(directory)) {
      Trees.delete(there);
      Files.createDirectory(there);
    }
    var seen = Owned.of(directory);
    own(there, seen);
    return seen.device() == device ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    if (attributes.isSymbolicLink() || attributes.isRegularFile()) {
      var there = target(file);
      Trees.delete(there);
      Files.copy(file, there, LinkOption.NOFOLLOW_LINKS);
      own(there, Owned.of(file));
      if (attributes.isRegularFile()) {
        Files.setLastModifiedTime(there, attributes.lastModifiedTime());
      }
    } else if (isWhiteout(file)) {
      Trees.delete(target(file));
    }
    return FileVisitResult.CONTINUE;
  }

  private static boolean isWhiteout(Path file) throws IOException {
    boolean device = (Owned.of(file).mode() & TYPE) == CHARACTER_DEVICE;
    return device && Owned.number(file, "rdev").longValue() == 0;
  }

  /** Owner first: chown(2) takes set-user-id bits away. */
  private void own(Path there, Owned seen) throws IOException {
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

  private Path target(Path source) {
    return to.resolve(from.relativize(source).toString());
  }

  /** What lstat(2) says. */
  private record Owned(long device, int mode, int uid, int gid) {

    static Owned of(Path path) throws IOException {
      return new Owned(
          number(path, "dev").longValue(),
          number(path, "mode").intValue(),
          number(path, "uid").intValue(),
          number(path, "gid").intValue());
    }

    private static Number number(Path path, String attribute) throws IOException {
      return (Number) Files.getAttribute(path, "unix:" + attribute, LinkOption.NOFOLLOW_LINKS);
    }
  }
}
