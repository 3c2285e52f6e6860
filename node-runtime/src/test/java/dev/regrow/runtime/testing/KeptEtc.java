package dev.regrow.runtime.testing;

import dev.regrow.runtime.disk.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The copy of /etc with which a node begins, handed from one test to the next: it is a thousand
 * files, and a node that finds one makes another only if /etc has changed.
 */
public final class KeptEtc {

  private static final String NAME = "host-etc";

  /** By the directory in which each is, as others may be on other disks. */
  private static final Map<Path, KeptEtc> ALL = new ConcurrentHashMap<>();

  private final Path kept;

  private KeptEtc(Path parent) {
    try {
      var place = Files.createTempDirectory(parent, "regrow-etc");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(place)));
      kept = place.resolve(NAME);
    } catch (IOException e) {
      throw new UncheckedIOException("make a directory in " + parent, e);
    }
  }

  /** On the disk where this directory is. */
  public static KeptEtc beside(Path directory) {
    return ALL.computeIfAbsent(Objects.requireNonNull(directory.getParent()), KeptEtc::new);
  }

  /** Before a node begins there. */
  public void giveTo(Path data) {
    if (Files.exists(kept)) {
      move(kept, data.resolve(NAME));
    }
  }

  /** After the node was swept. */
  public void takeFrom(Path data) {
    var copy = data.resolve(NAME);
    if (Files.exists(kept)) {
      delete(copy);
    } else if (Files.exists(copy)) {
      move(copy, kept);
    }
  }

  private static void move(Path from, Path to) {
    try {
      Files.createDirectories(to.getParent());
      Files.move(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException("move " + from + " to " + to, e);
    }
  }

  private static void delete(Path tree) {
    try {
      Trees.delete(tree);
    } catch (IOException e) {
      throw new UncheckedIOException("delete " + tree, e);
    }
  }
}
