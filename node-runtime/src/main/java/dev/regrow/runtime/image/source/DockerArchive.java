package dev.regrow.runtime.image.source;

import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.Descriptor;
import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.image.ImageConfig;
import dev.regrow.runtime.image.JsonDocument;
import dev.regrow.runtime.image.MediaTypes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What docker save writes: a config, and layers that are plain archives. It has no manifest by
 * which others could know it, so one is made: the same for the same config and layers. A layer is
 * named by what its config says of it, which is proved when it is unpacked.
 */
final class DockerArchive implements ImageSource {

  private static final long CONFIG_MAX = 8 << 20;

  private final Path place;
  private final Tree tree;
  private final Map<Digest, Region> regions = new ConcurrentHashMap<>();

  DockerArchive(Path place, Tree tree) {
    this.place = place;
    this.tree = tree;
  }

  @Override
  public byte[] manifest(@Nullable String wanted) throws IOException {
    var images = LayoutSource.list(find("manifest.json"));
    boolean pinned = wanted != null && wanted.startsWith("sha256:");
    var tags = new ArrayList<String>();
    var fitting = new ArrayList<byte[]>();
    for (var image : images) {
      var named = image.texts("RepoTags");
      tags.addAll(named);
      if (pinned) {
        var made = manifestOf(image);
        if (Digest.of(made).toString().equals(wanted)) {
          return made;
        }
      } else if (wanted == null || named.stream().anyMatch(tag -> tag.endsWith(":" + wanted))) {
        fitting.add(manifestOf(image));
      }
    }
    if (fitting.size() != 1) {
      throw new BadImage(
          "%s holds %d images that fit: write layout:%s:TAG with one of %s"
              .formatted(place, fitting.size(), place, tags));
    }
    return fitting.get(0);
  }

  private byte[] manifestOf(JsonDocument image) throws IOException {
    var configRegion = find(image.text("Config"));
    var configBytes = configRegion.bytes(CONFIG_MAX);
    var config = ImageConfig.parse(configBytes);
    var paths = image.texts("Layers");
    if (paths.size() != config.diffIds().size()) {
      throw new BadImage(
          "%s lists %d layers, its config %d"
              .formatted(place, paths.size(), config.diffIds().size()));
    }
    var digest = Digest.of(configBytes);
    regions.put(digest, configRegion);
    var layers = new ArrayList<String>();
    for (int i = 0; i < paths.size(); i++) {
      var region = find(paths.get(i));
      regions.put(config.diffIds().get(i), region);
      layers.add(json(MediaTypes.OCI_LAYER, config.diffIds().get(i), region.size()));
    }
    return text(json(MediaTypes.OCI_CONFIG, digest, configBytes.length), layers)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String text(String config, List<String> layers) {
    return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
        .formatted(MediaTypes.OCI_MANIFEST, config, String.join(",", layers));
  }

  private static String json(String type, Digest digest, long size) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, digest, size);
  }

  private Region find(String path) throws IOException {
    return tree.find(path).orElseThrow(() -> new BadImage(place + ": '" + path + "' is missing"));
  }

  @Override
  public byte[] blob(Descriptor descriptor) throws IOException {
    return region(descriptor).bytes(CONFIG_MAX);
  }

  /** Plain archives: their digest is that of what comes out of them, and is proved there. */
  @Override
  public Region layer(Descriptor descriptor, Path partial, LongConsumer progress) {
    var region = region(descriptor);
    return new Region(region.file(), region.offset(), region.size(), true);
  }

  private Region region(Descriptor descriptor) {
    var region = regions.get(descriptor.digest());
    if (region == null) {
      throw new BadImage(place + ": " + descriptor.digest() + " is not of this image");
    }
    return region;
  }

  @Override
  public void close() {}
}
