package dev.regrow.runtime.image;

import dev.regrow.runtime.image.layer.Bounds;
import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Images on this machine: documents by digest, layers, and which references are known. All of it is
 * below one directory, closed to others. Whatever is cut off while it is written is not there when
 * it is opened again. Thread-safe, for one agent.
 */
final class ImageStore {

  private final Path root;
  private final Path blobs;
  private final Path partial;
  private final Path names;
  private final LayerStore layers;
  private final AtomicLong counter = new AtomicLong();

  /** Guarded by itself; two that are equal are two. */
  private final List<Claim> claims = new ArrayList<>();

  private ImageStore(Path root, LayerStore layers) throws IOException {
    this.root = root;
    this.layers = layers;
    this.blobs = Files.createDirectories(root.resolve("blobs"));
    this.partial = Files.createDirectories(root.resolve("partial"));
    this.names = Files.createDirectories(root.resolve("names"));
  }

  static ImageStore open(Kernel kernel, Path root, String bootId, Bounds bounds)
      throws IOException {
    Files.createDirectories(
        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return new ImageStore(root, new LayerStore(kernel, root, bootId, bounds));
  }

  LayerStore layers() {
    return layers;
  }

  /** A file for a layer on its way here. */
  Path partial(Digest digest) {
    return partial.resolve(digest.hex());
  }

  /** Checked again: a disk may have changed it. */
  Optional<byte[]> blob(Digest digest) throws IOException {
    try {
      var bytes = Files.readAllBytes(blobs.resolve(digest.hex()));
      return Digest.of(bytes).equals(digest) ? Optional.of(bytes) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void putBlob(Digest digest, byte[] bytes) throws IOException {
    DurableFile.write(blobs.resolve(digest.hex()), temporary(), bytes);
  }

  private Path temporary() {
    return root.resolve("tmp").resolve("file-" + counter.incrementAndGet());
  }

  /** Remembers that a reference stands for a manifest; both its documents are there. */
  void name(String reference, Digest manifest) throws IOException {
    DurableFile.write(
        nameFile(reference),
        temporary(),
        (manifest.hex() + " " + reference + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private Path nameFile(String reference) {
    return names.resolve(Digest.of(reference.getBytes(StandardCharsets.UTF_8)).hex());
  }

  /** What a reference stood for last. */
  Optional<Digest> named(String reference) throws IOException {
    return read(nameFile(reference)).map(Name::digest);
  }

  private record Name(Digest digest, String reference, Instant pulled) {}

  private static Optional<Name> read(Path file) throws IOException {
    try {
      var parts = Files.readString(file).strip().split(" ", 2);
      return parts.length == 2 && parts[0].matches("[0-9a-f]{64}")
          ? Optional.of(
              new Name(new Digest(parts[0]), parts[1], Files.getLastModifiedTime(file).toInstant()))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** An instance starts from it. */
  void used(Digest manifest, Instant now) throws IOException {
    var file = blobs.resolve(manifest.hex());
    if (Files.exists(file)) {
      Files.setLastModifiedTime(file, FileTime.from(now));
    }
  }

  /** Whole, or not there. */
  Optional<LocalImage> image(Digest manifestDigest) throws IOException {
    var documents = documents(manifestDigest);
    if (documents.isEmpty()) {
      return Optional.empty();
    }
    var config = documents.get().config();
    var layerNames = new ArrayList<String>();
    for (var diffId : config.diffIds()) {
      if (!layers.has(diffId)) {
        return Optional.empty();
      }
      layerNames.add(LayerStore.name(diffId));
    }
    return Optional.of(new LocalImage(manifestDigest, config, layers.directory(), layerNames));
  }

  private record Documents(Manifest manifest, ImageConfig config) {}

  private Optional<Documents> documents(Digest manifestDigest) throws IOException {
    var manifestBytes = blob(manifestDigest);
    if (manifestBytes.isEmpty()) {
      return Optional.empty();
    }
    var manifest = Manifest.parse(manifestBytes.get());
    return blob(manifest.config().digest())
        .map(bytes -> new Documents(manifest, ImageConfig.parse(bytes)));
  }

  /** What is here, by reference. */
  List<ImageRecord> list() throws IOException {
    var records = new ArrayList<ImageRecord>();
    for (var file : files(names)) {
      var name = read(file);
      var documents = name.isEmpty() ? Optional.<Documents>empty() : documents(name.get().digest());
      if (name.isPresent() && documents.isPresent()) {
        var diffIds = documents.get().config().diffIds();
        long bytes = 0;
        for (var diffId : diffIds) {
          bytes += layers.bytes(diffId);
        }
        var used = Files.getLastModifiedTime(blobs.resolve(name.get().digest().hex())).toInstant();
        records.add(
            new ImageRecord(
                name.get().reference(),
                name.get().digest(),
                documents.get().config(),
                bytes,
                name.get().pulled(),
                used));
      }
    }
    return records;
  }

  /** What an image on its way is made of. */
  record Claim(Set<Digest> blobs, Set<Digest> layers, Set<Digest> partials) {}

  /**
   * Spares what an image is made of until it is {@linkplain #release released}, though no reference
   * needs it yet. Waits for a removal under way: what is there afterwards stays.
   */
  Claim claim(Digest manifestDigest, Manifest manifest, ImageConfig config) {
    var claim =
        new Claim(
            Set.of(manifestDigest, manifest.config().digest()),
            Set.copyOf(config.diffIds()),
            manifest.layers().stream().map(Descriptor::digest).collect(Collectors.toSet()));
    synchronized (claims) {
      claims.add(claim);
    }
    return claim;
  }

  void release(Claim claim) {
    synchronized (claims) {
      claims.remove(claim);
    }
  }

  /** Forgets a reference; its bytes go with the next {@link #removeUnnamed}. */
  boolean forget(String reference) throws IOException {
    return Files.deleteIfExists(nameFile(reference));
  }

  /** Removes what no reference needs, and nothing on its way. */
  void removeUnnamed(List<Digest> alsoNeeded) throws IOException {
    synchronized (claims) {
      removeUnclaimed(alsoNeeded);
    }
  }

  private void removeUnclaimed(List<Digest> alsoNeeded) throws IOException {
    var neededBlobs = new HashSet<String>();
    var neededLayers = new HashSet<Digest>();
    var neededPartials = new HashSet<String>();
    for (var claim : claims) {
      claim.blobs().forEach(digest -> neededBlobs.add(digest.hex()));
      neededLayers.addAll(claim.layers());
      claim.partials().forEach(digest -> neededPartials.add(digest.hex()));
    }
    var manifests = new HashSet<Digest>(alsoNeeded);
    for (var file : files(names)) {
      read(file).ifPresent(name -> manifests.add(name.digest()));
    }
    for (var digest : manifests) {
      var documents = documents(digest);
      if (documents.isPresent()) {
        neededBlobs.add(digest.hex());
        neededBlobs.add(documents.get().manifest().config().digest().hex());
        neededLayers.addAll(documents.get().config().diffIds());
      }
    }
    layers.keepOnly(neededLayers);
    removeAllBut(neededBlobs, blobs);
    removeAllBut(neededPartials, partial);
  }

  private static void removeAllBut(Set<String> needed, Path directory) throws IOException {
    for (var file : files(directory)) {
      if (!needed.contains(file.getFileName().toString())) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Of the file system that it is on. */
  ImageCleaning.Disk disk() throws IOException {
    var store = Files.getFileStore(root);
    return new ImageCleaning.Disk(store.getTotalSpace(), store.getUsableSpace());
  }

  private static List<Path> files(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }
}
