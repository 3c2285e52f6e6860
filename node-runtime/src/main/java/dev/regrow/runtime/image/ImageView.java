package dev.regrow.runtime.image;

import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Looks into an image as overlayfs would show it, without mounting it: upper layers first,
 * whiteouts and opaque directories heeded, links followed within. Each step opens one name of a
 * directory that was reached without links, so no link of an image leads to a file of the host.
 */
final class ImageView {

  private static final int LINKS_MAX = 40;

  private final Kernel kernel;
  private final List<Path> roots;

  /** Layers never change once they are there. */
  ImageView(Kernel kernel, LocalImage image) {
    this.kernel = kernel;
    var topFirst = new ArrayList<Path>();
    image.names().forEach(name -> topFirst.add(0, image.layers().resolve(name)));
    this.roots = List.copyOf(topFirst);
  }

  boolean isDirectory(String path) throws IOException {
    return find(path).filter(found -> found.file() == null).isPresent();
  }

  /** The directories of the layers that together are one, the lowest first; none: there is none. */
  List<Path> layersOf(String path) throws IOException {
    var lowestFirst = new ArrayList<Path>();
    find(path)
        .filter(found -> found.file() == null)
        .ifPresent(found -> found.directories().forEach(each -> lowestFirst.add(0, each)));
    return lowestFirst;
  }

  /** A regular file's content; empty if there is none, or a longer one. */
  Optional<byte[]> read(String path, int bytesMax) throws IOException {
    var found = find(path);
    if (found.isEmpty() || found.get().file() == null) {
      return Optional.empty();
    }
    try (var in = Files.newInputStream(found.get().file(), LinkOption.NOFOLLOW_LINKS)) {
      var bytes = in.readNBytes(bytesMax + 1);
      return bytes.length > bytesMax ? Optional.empty() : Optional.of(bytes);
    }
  }

  /** Either directories of several layers, the upper first, or one file. */
  private record Found(List<Path> directories, @org.jspecify.annotations.Nullable Path file) {}

  private Optional<Found> find(String path) throws IOException {
    Deque<String> left = new ArrayDeque<>(names(path));
    Deque<List<Path>> way = new ArrayDeque<>();
    way.push(roots);
    int links = 0;
    while (!left.isEmpty()) {
      var name = left.pop();
      if (name.equals("..")) {
        if (way.size() > 1) {
          way.pop();
        }
        continue;
      }
      var there = entry(way.getFirst(), name);
      if (there.isEmpty()) {
        return Optional.empty();
      }
      var file = there.get().file();
      if (file == null) {
        way.push(there.get().directories());
      } else if (Files.isSymbolicLink(file)) {
        var target = Files.readSymbolicLink(file).toString();
        if (++links > LINKS_MAX) {
          return Optional.empty();
        }
        if (target.startsWith("/")) {
          way.clear();
          way.push(roots);
        }
        var steps = names(target);
        for (int i = steps.size() - 1; i >= 0; i--) {
          left.push(steps.get(i));
        }
      } else {
        boolean plain = left.isEmpty() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
        return plain ? there : Optional.empty();
      }
    }
    return Optional.of(new Found(way.getFirst(), null));
  }

  private static List<String> names(String path) {
    return Arrays.stream(path.split("/", -1))
        .filter(name -> !name.isEmpty() && !name.equals("."))
        .toList();
  }

  private Optional<Found> entry(List<Path> directories, String name) throws IOException {
    var merged = new ArrayList<Path>();
    for (var directory : directories) {
      var place = directory.resolve(name);
      PosixFileAttributes attributes;
      try {
        attributes =
            Files.readAttributes(place, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException | NotDirectoryException e) {
        continue;
      }
      if (attributes.isDirectory()) {
        merged.add(place);
        if (kernel.isOpaque(place)) {
          break;
        }
      } else if (attributes.isOther() || !merged.isEmpty()) {
        break; // A whiteout, or a file below a directory: nothing further down is seen.
      } else {
        return Optional.of(new Found(List.of(), place));
      }
    }
    return merged.isEmpty() ? Optional.empty() : Optional.of(new Found(merged, null));
  }
}
