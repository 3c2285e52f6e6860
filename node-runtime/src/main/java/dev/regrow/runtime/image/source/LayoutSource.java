package dev.regrow.runtime.image.source;

import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.Descriptor;
import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.image.JsonDocument;
import dev.regrow.runtime.image.Manifest;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An OCI layout (OCI image specification 1.1, image-layout), as directory or archive. */
final class LayoutSource implements ImageSource {

  private final Path place;
  private final Tree tree;

  LayoutSource(Path place, Tree tree) {
    this.place = place;
    this.tree = tree;
  }

  /** A layout, or an archive of docker save: whichever it is. */
  static ImageSource open(Path place) throws IOException {
    var tree = Tree.of(place);
    if (tree.find("index.json").isPresent()) {
      return new LayoutSource(place, tree);
    }
    if (tree.find("manifest.json").isPresent()) {
      return new DockerArchive(place, tree);
    }
    throw new BadImage(
        place + " holds no image: an OCI layout has index.json, docker save writes manifest.json");
  }

  @Override
  public byte[] manifest(@Nullable String wanted) throws IOException {
    if (wanted != null && wanted.startsWith("sha256:")) {
      return pinned(Digest.parse(wanted));
    }
    var entries = Manifest.index(small("index.json"));
    var fitting = entries.stream().filter(entry -> wanted == null || named(entry, wanted)).toList();
    if (fitting.size() == 1) {
      return proved(fitting.get(0));
    }
    if (fitting.size() > 1 && fitting.stream().allMatch(entry -> entry.platform() != null)) {
      return small("index.json"); // One image for several platforms, without an index of its own.
    }
    throw new BadImage(
        "%s holds %s: write layout:%s:TAG with one of %s"
            .formatted(
                place,
                wanted == null ? entries.size() + " images" : "no image of tag " + wanted,
                place,
                tags(entries)));
  }

  private byte[] pinned(Digest digest) throws IOException {
    if (tree.find(path(digest)).isEmpty()) {
      var index = small("index.json"); // It stands for itself where it has no index of its own.
      if (Digest.of(index).equals(digest)) {
        return index;
      }
    }
    return blob(Descriptor.of("", digest, -1));
  }

  private static String path(Digest digest) {
    return "blobs/sha256/" + digest.hex();
  }

  private byte[] proved(Descriptor manifest) throws IOException {
    var bytes = blob(manifest);
    if (!Digest.of(bytes).equals(manifest.digest())) {
      throw new BadImage(place + ": manifest " + manifest.digest() + " is damaged");
    }
    return bytes;
  }

  /** Tools write the tag alone, or the whole reference. */
  private static boolean named(Descriptor entry, String tag) {
    return entry.name().equals(tag) || entry.name().endsWith(":" + tag);
  }

  private static String tags(List<Descriptor> entries) {
    return entries.stream()
        .map(Descriptor::name)
        .filter(name -> !name.isEmpty())
        .map(name -> name.substring(name.lastIndexOf(':') + 1))
        .limit(20)
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private byte[] small(String path) throws IOException {
    return tree.find(path)
        .orElseThrow(() -> new FileNotFoundException(place + ": " + path + " is missing"))
        .bytes(Manifest.BYTES_MAX);
  }

  @Override
  public byte[] blob(Descriptor descriptor) throws IOException {
    return find(descriptor).bytes(8L << 20);
  }

  @Override
  public Region layer(Descriptor descriptor, Path partial, LongConsumer progress) {
    try {
      return find(descriptor);
    } catch (IOException e) {
      throw new BadImage(place + ": " + e.getMessage(), e);
    }
  }

  private Region find(Descriptor descriptor) throws IOException {
    var found =
        tree.find(path(descriptor.digest()))
            .orElseThrow(
                () -> new BadImage(place + ": blob " + descriptor.digest() + " is missing"));
    if (descriptor.size() >= 0 && found.size() != descriptor.size()) {
      throw new BadImage(
          "%s: blob %s has %d bytes, its manifest says %d"
              .formatted(place, descriptor.digest(), found.size(), descriptor.size()));
    }
    return found;
  }

  @Override
  public void close() {}

  /** For {@link DockerArchive}. */
  static List<JsonDocument> list(Region region) throws IOException {
    return JsonDocument.readList("manifest.json", region.bytes(Manifest.BYTES_MAX));
  }
}
