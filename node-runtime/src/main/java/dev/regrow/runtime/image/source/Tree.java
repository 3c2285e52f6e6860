package dev.regrow.runtime.image.source;

import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.layer.TarEntry;
import dev.regrow.runtime.image.layer.TarReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Files by relative path: of a directory, or of an archive that is not unpacked. */
interface Tree {

  Optional<Region> find(String path) throws IOException;

  static Tree of(Path place) throws IOException {
    if (Files.isDirectory(place)) {
      return path -> {
        var file = place.resolve(path);
        return Files.isRegularFile(file)
            ? Optional.of(new Region(file, 0, Files.size(file), false))
            : Optional.empty();
      };
    }
    if (Files.isRegularFile(place)) {
      return Archive.of(place);
    }
    throw new BadImage(
        Files.exists(place)
            ? place + " is neither a directory nor a file: there is no image"
            : "this node has no %s: a layout must be on each node that may run it (placement: {require: …}); or push the image to a registry"
                .formatted(place));
  }

  /** What an archive holds, and where; links of docker save among its layers are followed. */
  record Archive(Map<String, Region> files, Map<String, String> links) implements Tree {

    private static final int ENTRIES_MAX = 20_000;
    private static final int LINKS_MAX = 8;

    static Archive of(Path archive) throws IOException {
      var files = new HashMap<String, Region>();
      var links = new HashMap<String, String>();
      try (var in =
          new BufferedInputStream(
              new Region(archive, 0, Files.size(archive), false).open(), 1 << 16)) {
        var tar = new TarReader(in);
        for (var next = tar.next(); next.isPresent(); next = tar.next()) {
          var entry = next.get();
          if (files.size() + links.size() >= ENTRIES_MAX) {
            throw new BadImage(archive + " has more than " + ENTRIES_MAX + " entries");
          }
          var name = plain(entry.name());
          if (entry.type() == TarEntry.Type.FILE) {
            files.put(name, new Region(archive, tar.position(), entry.size(), false));
          } else if (entry.type() == TarEntry.Type.SYMLINK) {
            links.put(
                name,
                Path.of("/" + name)
                    .resolveSibling(plain(entry.link()))
                    .normalize()
                    .toString()
                    .substring(1));
          } else if (entry.type() == TarEntry.Type.HARD_LINK) {
            links.put(name, plain(entry.link()));
          }
        }
      }
      return new Archive(files, links);
    }

    private static String plain(byte[] name) {
      var text = new String(name, StandardCharsets.ISO_8859_1);
      while (text.startsWith("./")) {
        text = text.substring(2);
      }
      if (text.indexOf(0) >= 0) {
        throw new BadImage("a name in the archive holds a NUL");
      }
      return text;
    }

    @Override
    public Optional<Region> find(String path) {
      var name = path;
      for (int i = 0; i < LINKS_MAX && links.containsKey(name); i++) {
        name = links.getOrDefault(name, name);
      }
      return Optional.ofNullable(files.get(name));
    }
  }
}
