package dev.regrow.runtime.launch;

import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.disk.Trees;
import dev.regrow.runtime.disk.Written;
import dev.regrow.runtime.namespace.IdRange;
import dev.regrow.runtime.namespace.Lower;
import dev.regrow.runtime.namespace.ShiftedCopies;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Kernel.Inode;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What slots keep, below {@code volumes/NAMESPACE/VOLUME/SLOT} of the node's data, and what
 * instances keep over their restarts, below {@code own/INSTANCE}.
 *
 * <p>On disk, files belong to the numbers that they have inside, and an instance sees them by an
 * idmapped mount: so they stay right whatever host ids its slot has next time. Where the file
 * system has no such mounts, the files are given to the slot's host ids instead, and a file beside
 * them says to which. Another says how much an instance's own began with, which it did not write.
 */
final class SlotVolumes {

  private static final String BEGUN = ".begun";

  private final Path root;
  private final Path own;
  private final Kernel kernel;

  SlotVolumes(Path root, Path own, Kernel kernel) {
    this.root = root;
    this.own = own;
    this.kernel = kernel;
  }

  /**
   * The directories of the volumes that an instance mounts, made if they are not there: by their
   * names, and its own by their paths.
   */
  Map<String, Lower> of(LaunchSpec spec, IdRange ids) {
    var shown = new TreeMap<String, Lower>();
    for (var mount : spec.mounts()) {
      if (mount instanceof Mount.Volume volume) {
        var directory = directory(spec.key().namespace(), volume.name(), spec.slot());
        shown.put(volume.name(), prepared(directory, List.of(), spec, ids, false));
      } else if (mount instanceof Mount.Own mine) {
        var directory = own(spec, shown.size());
        shown.put(mine.at(), prepared(directory, mine.from(), spec, ids, false));
      }
    }
    return shown;
  }

  /** The same, for a file system without idmapped mounts. */
  Map<String, Lower> shifted(LaunchSpec spec, IdRange ids) {
    var shown = of(spec, ids);
    shown.replaceAll((name, volume) -> prepared(volume.directory(), List.of(), spec, ids, true));
    return shown;
  }

  /** The mounts of an instance are the same, and in the same order, at each of its attempts. */
  private Path own(LaunchSpec spec, int number) {
    return own.resolve(spec.key().instanceId()).resolve(Integer.toString(number));
  }

  private Path directory(String namespace, String volume, String slot) {
    return root.resolve(namespace).resolve(volume).resolve(slot);
  }

  private static Path ownerFile(Path directory) {
    return directory.resolveSibling("." + directory.getFileName() + ".owner");
  }

  private static Path begunFile(Path directory) {
    return directory.resolveSibling("." + directory.getFileName() + BEGUN);
  }

  private Lower prepared(
      Path directory, List<Path> from, LaunchSpec spec, IdRange ids, boolean shift) {
    try {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        make(directory, from, spec);
      }
      int owner = owner(directory);
      if (owner == 0 ? shift : owner != ids.base()) {
        // First it is written down that it is under way: done twice it comes to the same.
        Files.writeString(ownerFile(directory), owner + " " + ids.base());
        give(directory, ids.base());
        Files.writeString(ownerFile(directory), Integer.toString(ids.base()));
        owner = ids.base();
      }
      return new Lower(directory, owner != 0, List.of());
    } catch (IOException e) {
      throw new RuntimeFailure(
          "cannot make the volume's directory " + directory + ": " + e, true, e);
    }
  }

  /** It appears under its name once it has its owner. */
  private void make(Path directory, List<Path> from, LaunchSpec spec) throws IOException {
    Files.createDirectories(directory.getParent());
    var making = directory.resolveSibling("." + directory.getFileName() + ".new");
    Trees.delete(making);
    if (from.isEmpty()) {
      Files.createDirectory(making);
      Files.setPosixFilePermissions(making, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.setAttribute(making, "unix:uid", spec.uid());
      Files.setAttribute(making, "unix:gid", spec.gid());
    } else {
      ShiftedCopies.merge(from, making, kernel::isOpaque);
      var begun = Written.below(making, this::diskBytes, Long.MAX_VALUE);
      Files.writeString(begunFile(directory), begun.bytes() + " " + begun.entries());
    }
    Files.deleteIfExists(ownerFile(directory));
    Files.move(making, directory);
  }

  /** The first of the host ids that own its files; 0: they have their numbers inside. */
  private static int owner(Path directory) throws IOException {
    try {
      var words = Files.readString(ownerFile(directory)).split(" ", -1);
      // Two: shifting was interrupted, and is to be done again from either.
      return words.length == 1 ? Integer.parseInt(words[0]) : 1;
    } catch (NoSuchFileException plain) {
      return 0;
    } catch (NumberFormatException damaged) {
      throw new IOException(ownerFile(directory) + " holds no number", damaged);
    }
  }

  /** Numbers count within their range: whichever range a file is of, it gets the same of this. */
  private static void give(Path directory, int base) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            own(path);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            own(path);
            return FileVisitResult.CONTINUE;
          }

          private void own(Path path) throws IOException {
            for (var id : List.of("unix:uid", "unix:gid")) {
              int now = (Integer) Files.getAttribute(path, id, LinkOption.NOFOLLOW_LINKS);
              int inside = Math.floorMod(now, IdRange.SIZE);
              Files.setAttribute(path, id, base + inside, LinkOption.NOFOLLOW_LINKS);
            }
          }
        });
  }

  /** What an instance wrote to what is its own, beyond what that began with. */
  Written written(String instanceId, long entriesMost) throws IOException {
    var directory = own.resolve(instanceId);
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return Written.NOTHING;
    }
    var begun = Written.NOTHING;
    try (var files = Files.newDirectoryStream(directory, ".*" + BEGUN)) {
      for (var file : files) {
        begun = begun.plus(begun(file));
      }
    }
    return Written.below(directory, this::diskBytes, entriesMost + begun.entries()).beyond(begun);
  }

  private static Written begun(Path file) throws IOException {
    try {
      var words = Files.readString(file).split(" ", -1);
      return new Written(Long.parseLong(words[0]), Long.parseLong(words[words.length - 1]), true);
    } catch (NumberFormatException damaged) {
      throw new IOException(file + " holds no numbers", damaged);
    }
  }

  OptionalLong diskBytes(Path file) {
    return kernel.inode(file, false).stream().mapToLong(Inode::diskBytes).findFirst();
  }

  /** What an instance had of its own. Idempotent. */
  void discard(String instanceId) {
    try {
      Trees.delete(own.resolve(instanceId));
    } catch (IOException e) {
      throw new RuntimeFailure("cannot delete what " + instanceId + " kept: " + e, true, e);
    }
  }

  /** Idempotent. */
  void delete(String namespace, String volume, String slot) {
    var directory = directory(namespace, volume, slot);
    try {
      Trees.delete(directory);
      Files.deleteIfExists(ownerFile(directory));
    } catch (IOException e) {
      throw new RuntimeFailure(
          "cannot delete the volume's directory " + directory + ": " + e, true, e);
    }
  }
}
