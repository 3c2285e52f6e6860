package dev.regrow.chaos.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Makes images with umoci and brings them to a registry with skopeo. */
public final class ImageMaker {

  private final Path layout;

  /**
   * @param folder of its own, made
   */
  public ImageMaker(Path folder) {
    this.layout = folder.resolve("layout");
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("make " + folder, e);
    }
    Shell.run("umoci", "init", "--layout", layout);
  }

  /** The OCI layout in which all of them are, by their tags. */
  public Path layout() {
    return layout;
  }

  /** A new image without layers. */
  public Made image(String tag) {
    Shell.run("umoci", "new", "--image", layout + ":" + tag);
    return new Made(tag);
  }

  /** One that is there already. */
  public Made tagged(String tag) {
    return new Made(tag);
  }

  /** An image in the making. */
  public final class Made {
    private final String tag;

    private Made(String tag) {
      this.tag = tag;
    }

    private String name() {
      return layout + ":" + tag;
    }

    /** One more layer, which holds a tree. */
    public Made layer(Path tree, String at) {
      Shell.run("umoci", "insert", "--image", name(), tree, at);
      return this;
    }

    /**
     * @param options as umoci config takes them, without their dashes: {@code config.user=web}
     */
    public Made config(String... options) {
      var command = new ArrayList<>(List.of("umoci", "config", "--image", name()));
      for (var option : options) {
        command.add("--" + option);
      }
      Shell.ask(command, Map.of()).expect(0);
      return this;
    }

    /**
     * Brings it to a registry.
     *
     * @return the digest of its manifest there, as {@code sha256:…}
     */
    public String push(OciRegistry registry, String repository) {
      var digest = layout.resolveSibling("digest");
      var command =
          new ArrayList<>(List.of("skopeo", "copy", "--quiet", "--dest-tls-verify=false"));
      command.addAll(List.of("--digestfile", digest.toString()));
      if (!registry.credentials().isEmpty()) {
        command.addAll(List.of("--dest-creds", registry.credentials()));
      }
      command.add("oci:" + name());
      command.add("docker://" + registry.address() + "/" + repository);
      Shell.ask(command, Map.of()).expect(0);
      try {
        return Files.readString(digest).strip();
      } catch (IOException e) {
        throw new UncheckedIOException("read " + digest, e);
      }
    }
  }

  /**
   * A tree with programs of this machine and the libraries that they need.
   *
   * @param programs absolute paths
   */
  public static Path tree(Path to, String... programs) {
    try {
      for (var program : programs) {
        copy(Path.of(program), to);
        for (var library : libraries(program)) {
          copy(Path.of(library), to);
        }
      }
      return Files.createDirectories(to);
    } catch (IOException e) {
      throw new UncheckedIOException("fill " + to, e);
    }
  }

  private static void copy(Path program, Path to) throws IOException {
    var there = to.resolve(Path.of("/").relativize(program));
    Files.createDirectories(there.getParent());
    if (!Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
      Files.copy(program.toRealPath(), there);
    }
  }

  private static Set<String> libraries(String program) {
    var paths = new TreeSet<String>();
    var said = Shell.ask(List.of("ldd", program), Map.of());
    for (var word : said.out().split("\\s+", -1)) {
      if (word.startsWith("/") && !word.endsWith(":")) {
        paths.add(word);
      }
    }
    return paths;
  }
}
