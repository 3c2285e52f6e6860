package dev.regrow.runtime.logs;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Directories above those of instances, which go when nothing is in them any more. */
final class EmptyLevels {

  private static final Logger LOG = LoggerFactory.getLogger(EmptyLevels.class);

  private final Path root;
  private final Set<Path> perhapsEmpty = ConcurrentHashMap.newKeySet();

  EmptyLevels(Path root) {
    this.root = root;
  }

  /** An instance's directory is gone. */
  void left(Path directory) {
    var above = directory.getParent();
    if (above != null) {
      perhapsEmpty.add(above);
    }
  }

  /** Any may be empty. */
  void leftAll() {
    for (var namespace : children(root)) {
      perhapsEmpty.add(namespace);
      perhapsEmpty.addAll(children(namespace));
    }
  }

  /** Directories: a file or a link is not ours, and would be deleted whatever it holds. */
  private static List<Path> children(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(entry -> Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)).toList();
    } catch (NoSuchFileException gone) {
      return List.of();
    } catch (IOException e) {
      LOG.warn("cannot list {}: {}", directory, e.toString());
      return List.of();
    }
  }

  /** Removes those that are empty; another may make a directory in one, or remove it, meanwhile. */
  void remove() {
    for (var level : List.copyOf(perhapsEmpty)) {
      perhapsEmpty.remove(level);
      try {
        removeUpwards(level);
      } catch (IOException e) {
        LOG.warn("cannot remove {}, which may be empty: {}", level, e.toString());
      }
    }
  }

  private void removeUpwards(Path level) throws IOException {
    try {
      for (var up = level; up != null && !up.equals(root); up = up.getParent()) {
        Files.deleteIfExists(up);
      }
    } catch (DirectoryNotEmptyException othersAreThere) {
      return;
    }
  }
}
