package dev.regrow.runtime.image.testing;

import dev.regrow.runtime.image.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** An image as its documents and blobs. */
public final class ImageBuilder {

  private final List<byte[]> layers = new ArrayList<>();
  private final List<byte[]> archives = new ArrayList<>();
  private String run = "{}";
  private String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";

  /** All that a registry or layout would hold, by digest. */
  public record Built(
      Map<Digest, byte[]> blobs, Digest manifest, byte[] config, List<byte[]> archives) {
    public byte[] manifestBytes() {
      return Objects.requireNonNull(blobs.get(manifest), "every manifest is among its blobs");
    }
  }

  public ImageBuilder layer(TarBuilder archive) {
    return layer(archive.build(), TarBuilder.gzip(archive.build()));
  }

  public ImageBuilder layer(byte[] archive, byte[] compressed) {
    archives.add(archive);
    layers.add(compressed);
    return this;
  }

  /**
   * @param json the member config of the config
   */
  public ImageBuilder run(String json) {
    run = json;
    return this;
  }

  public ImageBuilder on(String value) {
    architecture = value;
    return this;
  }

  public Built build() {
    var blobs = new LinkedHashMap<Digest, byte[]>();
    layers.forEach(layer -> blobs.put(Digest.of(layer), layer));
    var diffIds =
        archives.stream()
            .map(layer -> "\"" + Digest.of(layer) + "\"")
            .collect(Collectors.joining(","));
    var config =
        bytes(
            "{\"architecture\":\"%s\",\"os\":\"linux\",\"config\":%s,\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}"
                .formatted(architecture, run, diffIds));
    blobs.put(Digest.of(config), config);
    var described =
        layers.stream()
            .map(layer -> descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer))
            .collect(Collectors.joining(","));
    var manifest =
        bytes(
            "{\"schemaVersion\":2,\"config\":%s,\"layers\":[%s]}"
                .formatted(
                    descriptor("application/vnd.oci.image.config.v1+json", config), described));
    blobs.put(Digest.of(manifest), manifest);
    return new Built(blobs, Digest.of(manifest), config, archives);
  }

  public static String descriptor(String type, byte[] blob) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(type, Digest.of(blob), blob.length);
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** As an OCI layout with one tag. */
  public static void writeLayout(Path place, Built image, String tag) throws IOException {
    var blobs = Files.createDirectories(place.resolve("blobs/sha256"));
    for (var blob : image.blobs().entrySet()) {
      Files.write(blobs.resolve(blob.getKey().hex()), blob.getValue());
    }
    Files.writeString(place.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    Files.writeString(
        place.resolve("index.json"),
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\",\"size\":%d,\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}}]}"
            .formatted(image.manifest(), image.manifestBytes().length, tag));
  }

  /** As docker save writes it. */
  public static byte[] dockerArchive(Built image, String tag) {
    var tar = new TarBuilder();
    var layers = new ArrayList<String>();
    for (int i = 0; i < image.archives().size(); i++) {
      tar.program("l" + i + "/layer.tar", image.archives().get(i));
      layers.add("\"l" + i + "/layer.tar\"");
    }
    tar.program("config.json", image.config());
    return tar.program(
            "manifest.json",
            bytes(
                "[{\"Config\":\"config.json\",\"RepoTags\":[\"%s\"],\"Layers\":[%s]}]"
                    .formatted(tag, String.join(",", layers))))
        .build();
  }
}
