package dev.regrow.runtime.image.layer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Makes room for the next layer of a test. */
final class LayerFiles {

  private LayerFiles() {}

  static void clear(Path home) throws IOException {
    for (var name : new String[] {"tree", "trash"}) {
      var directory = home.resolve(name);
      if (Files.exists(directory)) {
        try (var all = Files.walk(directory)) {
          for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(path);
          }
        }
      }
    }
  }
}
