package dev.regrow.runtime.namespace;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.disk.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Predicate;

/**
 * Copies of root file systems whose files belong to the ids of one instance: for where the kernel
 * cannot show a file system with other owners (mount_setattr(2), idmapped mounts). One per
 * instance, made at its first start and kept for its restarts.
 */
public final class ShiftedCopies {

  private final Path copies;
  private final Bounds bounds;
  private final Predicate<Path> opaque;

  /**
   * How large a root file system may be.
   *
   * @param entries files, directories and links
   * @param bytes of all files together
   */
  public record Bounds(long entries, long bytes) {
    public static final Bounds USUAL = new Bounds(500_000, 8L << 30);
  }

  /**
   * @param copies is made when needed, closed to others; on a disk, not in memory
   * @param opaque whether a directory of a layer hides what is below it
   */
  public ShiftedCopies(Path copies, Bounds bounds, Predicate<Path> opaque) {
    this.copies = copies;
    this.bounds = bounds;
    this.opaque = opaque;
  }

  /**
   * The copy of that instance; made now if it is not there, which takes as long as reading and
   * writing all of it does.
   *
   * @param rootfs one directory, or the layers of an image, the lowest first; without a link in
   *     their paths
   * @throws RuntimeFailure if it would be too large, for the bounds or for the disk
   */
  public Lower of(List<Path> rootfs, String instanceId, IdRange ids) {
    // Named for its owners: a range of another node's by now must not get at the files.
    var copy = copies.resolve(instanceId).resolve(Integer.toString(ids.base()));
    if (!Files.isDirectory(copy, LinkOption.NOFOLLOW_LINKS)) {
      try {
        discard(instanceId);
        make(rootfs, copy, ids);
      } catch (IOException e) {
        discard(instanceId);
        throw new RuntimeFailure("cannot copy %s to %s: %s".formatted(rootfs, copy, e), true, e);
      } catch (RuntimeFailure e) {
        discard(instanceId);
        throw e;
      }
    }
    return new Lower(copy, true);
  }

  /**
   * Copies what directories of layers are together, owners and all.
   *
   * @param layers the lowest first
   * @param to is made
   * @throws RuntimeFailure if it would be too large, for what is usual or for the disk
   */
  public static void merge(List<Path> layers, Path to, Predicate<Path> opaque) throws IOException {
    for (var layer : layers) {
      TreeCopy.check(layer, Bounds.USUAL, Files.getFileStore(to.getParent()).getUsableSpace());
      TreeCopy.copy(layer.toRealPath(), to, new IdRange(0), opaque);
    }
  }

  private void make(List<Path> rootfs, Path copy, IdRange ids) throws IOException {
    Files.createDirectories(
        copy.getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    var unfinished = copy.resolveSibling("unfinished");
    for (var layer : rootfs) {
      TreeCopy.check(layer, bounds, Files.getFileStore(copies).getUsableSpace());
      TreeCopy.copy(layer, unfinished, ids, opaque);
    }
    Files.move(unfinished, copy, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Removes the copies of an instance. Idempotent; follows no links. */
  public void discard(String instanceId) {
    var directory = copies.resolve(instanceId);
    try {
      Trees.delete(directory);
    } catch (IOException e) {
      throw new RuntimeFailure("cannot remove " + directory + ": " + e, true, e);
    }
  }
}
