package dev.regrow.runtime.image;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.disk.Trees;
import dev.regrow.runtime.image.layer.Bounds;
import dev.regrow.runtime.image.layer.Unpacking;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.OpenFlag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Unpacked layers, each once, by the digest of what was unpacked. A layer is unpacked beside the
 * others and renamed into its place, and counts only once its record is there, too. Until all of it
 * is known to be on disk its record holds for this boot alone: after a loss of power it is unpacked
 * again. Thread-safe; a layer must be added by one thread at a time.
 */
final class LayerStore {

  /** Names are short, for up to 127 of them must fit into the options of one mount(2). */
  private static final int NAME_LENGTH = 24;

  private static final String DURABLE = "durable";

  /** What is left to others of a disk. */
  private static final long RESERVE_BYTES = 256L << 20;

  private final Kernel kernel;
  private final Path layers;
  private final Path records;
  private final Path temporary;
  private final String bootId;
  private final Bounds bounds;
  private final AtomicLong counter = new AtomicLong();

  LayerStore(Kernel kernel, Path root, String bootId, Bounds bounds) throws IOException {
    this.kernel = kernel;
    this.layers = Files.createDirectories(root.resolve("layers"));
    this.records = Files.createDirectories(root.resolve("records"));
    this.temporary = root.resolve("tmp");
    this.bootId = bootId;
    this.bounds = bounds;
    Trees.delete(temporary);
    Files.createDirectories(temporary);
    removeUnfinished();
  }

  /** What an agent that died left. */
  private void removeUnfinished() throws IOException {
    for (var name : names(layers)) {
      if (!isUsable(name)) {
        remove(name);
      }
    }
    for (var name : names(records)) {
      if (!Files.isDirectory(layers.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        Files.deleteIfExists(records.resolve(name));
      }
    }
  }

  private boolean isUsable(String name) throws IOException {
    var state = record(name).state();
    return state.equals(DURABLE) || state.equals(bootId);
  }

  private record Entry(String diffId, String state, long bytes) {}

  private Entry record(String name) throws IOException {
    try {
      var parts = Files.readString(records.resolve(name)).strip().split(" ", -1);
      return parts.length == 3 && parts[2].matches("[0-9]{1,18}")
          ? new Entry(parts[0], parts[1], Long.parseLong(parts[2]))
          : new Entry("", "", 0);
    } catch (NoSuchFileException e) {
      return new Entry("", "", 0);
    }
  }

  /** Where all layers are. */
  Path directory() {
    return layers;
  }

  /** A layer's directory below {@link #directory()}. */
  static String name(Digest diffId) {
    return diffId.hex().substring(0, NAME_LENGTH);
  }

  boolean has(Digest diffId) throws IOException {
    var record = record(name(diffId));
    if (record.diffId().isEmpty()) {
      return false;
    }
    if (!record.diffId().equals(diffId.hex())) {
      throw new BadImage("two layers share the beginning of their digests: " + diffId);
    }
    return true;
  }

  /** Unpacked, in bytes; 0 if it is not there. */
  long bytes(Digest diffId) throws IOException {
    return record(name(diffId)).bytes();
  }

  /** Objects by throwing. */
  interface Proof {
    void check() throws IOException;
  }

  /**
   * Unpacks a layer.
   *
   * @param proof asked once all of it was read, before it counts
   * @throws BadImage if it is not what it should be; nothing of it is left
   */
  void add(Digest diffId, InputStream layer, Proof proof) throws IOException {
    var place = temporary.resolve("unpack-" + counter.incrementAndGet());
    try {
      Files.createDirectories(place.resolve("trash"));
      var tree = Files.createDirectory(place.resolve("tree"));
      Files.setAttribute(tree, "unix:mode", 0755);
      var result =
          Unpacking.unpack(kernel, layer, tree, place.resolve("trash"), bounds, this::room);
      if (!result.diffId().equals(diffId)) {
        throw new BadImage(
            "a layer holds %s, the image's config says %s".formatted(result.diffId(), diffId));
      }
      proof.check();
      var name = name(diffId);
      Files.move(tree, layers.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      write(name, new Entry(diffId.hex(), bootId, result.bytes()));
    } finally {
      Trees.delete(place);
    }
  }

  private long room() {
    try {
      return Files.getFileStore(layers).getUsableSpace() - RESERVE_BYTES;
    } catch (IOException e) {
      throw new RuntimeFailure("cannot see how much room is left in " + layers + ": " + e, true, e);
    }
  }

  private void write(String name, Entry record) throws IOException {
    var text = record.diffId() + " " + record.state() + " " + record.bytes() + "\n";
    DurableFile.write(
        records.resolve(name),
        temporary.resolve("record-" + counter.incrementAndGet()),
        text.getBytes(StandardCharsets.UTF_8));
  }

  /** Waits until the layers that are there are on disk, and remembers that they are. */
  void makeDurable() throws IOException {
    var waiting = new TreeSet<String>();
    for (var name : names(records)) {
      if (record(name).state().equals(bootId)) {
        waiting.add(name);
      }
    }
    if (waiting.isEmpty()) {
      return;
    }
    try (var any = kernel.open(layers, EnumSet.noneOf(OpenFlag.class), 0)) {
      kernel.syncFileSystem(any);
    }
    for (var name : waiting) {
      var record = record(name);
      if (record.state().equals(bootId)) { // It may have been removed meanwhile.
        write(name, new Entry(record.diffId(), DURABLE, record.bytes()));
      }
    }
  }

  /** Removes all but these; returns how many. */
  int keepOnly(Set<Digest> needed) throws IOException {
    var kept = new TreeSet<String>();
    needed.forEach(diffId -> kept.add(name(diffId)));
    int removed = 0;
    for (var name : names(layers)) {
      if (!kept.contains(name)) {
        remove(name);
        removed++;
      }
    }
    return removed;
  }

  /** First its record, so that half a layer is none. */
  private void remove(String name) throws IOException {
    Files.deleteIfExists(records.resolve(name));
    var gone = temporary.resolve("removed-" + counter.incrementAndGet());
    Files.move(layers.resolve(name), gone, StandardCopyOption.ATOMIC_MOVE);
    Trees.delete(gone);
  }

  private static List<String> names(Path directory) throws IOException {
    try (var entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
