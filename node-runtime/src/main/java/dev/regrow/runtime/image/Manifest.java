package dev.regrow.runtime.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an image consists of.
 *
 * @param layers the lowest first
 */
public record Manifest(Descriptor config, List<Descriptor> layers) {

  /** Of a manifest or an index. */
  public static final int BYTES_MAX = 4 << 20;

  /** Docker's own bound; more would not fit into the options of one mount(2) either. */
  public static final int LAYERS_MAX = 127;

  private static final int ENTRIES_MAX = 1000;
  private static final long CONFIG_BYTES_MAX = 8 << 20;
  private static final long LAYER_BYTES_MAX = 64L << 30;
  private static final String TAG_ANNOTATION = "org.opencontainers.image.ref.name";

  public Manifest {
    layers = List.copyOf(layers);
  }

  /** Compressed, of all layers. */
  public long layerBytes() {
    return layers.stream().mapToLong(layer -> Math.max(0, layer.size())).sum();
  }

  /** Whether a document names manifests instead of layers. */
  public static boolean isIndex(byte[] json) {
    var document = JsonDocument.read("the manifest", json);
    var type = document.text("mediaType");
    return type.isEmpty()
        ? !document.objects("manifests").isEmpty()
        : type.equals(MediaTypes.OCI_INDEX) || type.equals(MediaTypes.DOCKER_LIST);
  }

  /** What an index lists. */
  public static List<Descriptor> index(byte[] json) {
    var entries = JsonDocument.read("the index", json).objects("manifests");
    if (entries.size() > ENTRIES_MAX) {
      throw new BadImage("the index lists more than " + ENTRIES_MAX + " manifests");
    }
    var descriptors = new ArrayList<Descriptor>();
    for (var entry : entries) {
      descriptors.add(descriptor("a manifest in the index", entry, BYTES_MAX));
    }
    return descriptors;
  }

  /** The first that runs on a platform; what does not say runs on any. */
  public static Optional<Descriptor> choose(List<Descriptor> manifests, Platform platform) {
    return manifests.stream()
        .filter(entry -> entry.platform() != null && platform.runs(entry.platform()))
        .findFirst()
        .or(() -> manifests.stream().filter(entry -> entry.platform() == null).findFirst());
  }

  public static Manifest parse(byte[] json) {
    if (json.length > BYTES_MAX) {
      throw new BadImage("the manifest has more than " + BYTES_MAX + " bytes");
    }
    var document = JsonDocument.read("the manifest", json);
    if (document.number("schemaVersion") != 2) {
      throw new BadImage(
          "the manifest is not of schema version 2; push the image again with a newer tool");
    }
    var config = descriptor("the manifest's config", document.object("config"), CONFIG_BYTES_MAX);
    var layers = new ArrayList<Descriptor>();
    for (var layer : document.objects("layers")) {
      var descriptor = descriptor("a layer in the manifest", layer, LAYER_BYTES_MAX);
      if (!MediaTypes.isLayer(descriptor.mediaType())) {
        throw new BadImage(
            "a layer is of type '" + descriptor.mediaType() + "', which is no file system layer");
      }
      layers.add(descriptor);
    }
    if (layers.size() > LAYERS_MAX) {
      throw new BadImage(
          "the image has " + layers.size() + " layers; at most " + LAYERS_MAX + " can be mounted");
    }
    return new Manifest(config, layers);
  }

  private static Descriptor descriptor(String what, JsonDocument json, long bytesMax) {
    long size = json.number("size");
    if (size < 0 || size > bytesMax) {
      throw new BadImage(
          what + " says its size is " + size + "; 0 to " + bytesMax + " are allowed");
    }
    var platform = json.object("platform");
    var architecture = platform.text("architecture");
    return new Descriptor(
        json.text("mediaType"),
        Digest.parse(json.text("digest")),
        size,
        architecture.isEmpty()
            ? null
            : new Platform(platform.text("os"), architecture, platform.text("variant")),
        json.object("annotations").text(TAG_ANNOTATION));
  }
}
