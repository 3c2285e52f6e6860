package dev.regrow.runtime.image;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.source.ImageSource;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings images here. Layers come side by side, within a bound; a layer that two images wait for
 * comes once. Thread-safe.
 */
final class Pulling {

  private static final int INDEX_DEPTH_MAX = 3;

  private final ImageStore store;
  private final ExecutorService transfers;
  private final Platform platform;
  private final Map<Digest, Coming> layersOnTheirWay = new ConcurrentHashMap<>();

  /**
   * @param transfers as many threads as layers may come at a time
   */
  Pulling(ImageStore store, ExecutorService transfers, Platform platform) {
    this.store = store;
    this.transfers = transfers;
    this.platform = platform;
  }

  /**
   * The digest of the manifest for this platform, and the manifest.
   *
   * @param top of what the reference names: an index or that manifest
   */
  record Resolved(Digest top, Digest digest, byte[] bytes) {}

  Resolved resolve(ImageReference reference, ImageSource source) throws IOException {
    var pinned = reference.digest();
    var wanted = pinned != null ? pinned.toString() : tag(reference);
    var bytes = source.manifest(wanted);
    var top = Digest.of(bytes);
    if (pinned != null && !pinned.equals(top)) {
      throw new BadImage("%s: what came has digest %s".formatted(reference, top));
    }
    for (int depth = 0; Manifest.isIndex(bytes); depth++) {
      var entries = Manifest.index(bytes);
      var chosen =
          Manifest.choose(entries, platform)
              .orElseThrow(() -> new BadImage(reference + " has nothing for " + platform));
      if (depth == INDEX_DEPTH_MAX) {
        throw new BadImage(reference + ": its indexes are nested too deeply");
      }
      bytes = source.manifest(chosen.digest().toString());
      if (!Digest.of(bytes).equals(chosen.digest())) {
        throw new BadImage(reference + ": manifest " + chosen.digest() + " has another digest");
      }
    }
    return new Resolved(top, Digest.of(bytes), bytes);
  }

  private static @Nullable String tag(ImageReference reference) {
    return reference instanceof ImageReference.Registry registry
        ? registry.wanted()
        : ((ImageReference.Layout) reference).tag();
  }

  /** What is done with an image that is here. */
  interface Arrival {
    LocalImage here() throws IOException;
  }

  /**
   * Blocks until all of it is here.
   *
   * @param arrival before anything of it may go
   */
  LocalImage pull(
      ImageReference reference,
      Resolved resolved,
      ImageSource source,
      Consumer<PullProgress> progress,
      Arrival arrival)
      throws IOException {
    var manifest = Manifest.parse(resolved.bytes());
    var configBytes = source.blob(manifest.config());
    if (!Digest.of(configBytes).equals(manifest.config().digest())) {
      throw new BadImage(reference + ": its config has another digest than its manifest says");
    }
    var config = ImageConfig.parse(configBytes);
    check(reference, manifest, config);
    var claim = store.claim(resolved.digest(), manifest, config);
    try {
      var told = new Told(reference.toString(), manifest, progress);
      var waiting = new ArrayList<CompletableFuture<Void>>();
      for (int i = 0; i < manifest.layers().size(); i++) {
        waiting.add(layer(manifest.layers().get(i), config.diffIds().get(i), source, told));
      }
      await(waiting, told);
      store.putBlob(manifest.config().digest(), configBytes);
      store.putBlob(resolved.digest(), resolved.bytes());
      return arrival.here();
    } finally {
      store.release(claim);
    }
  }

  private void check(ImageReference reference, Manifest manifest, ImageConfig config) {
    if (manifest.layers().size() != config.diffIds().size()) {
      throw new BadImage(
          "%s: its manifest has %d layers, its config %d"
              .formatted(reference, manifest.layers().size(), config.diffIds().size()));
    }
    if (!config.platform().architecture().isEmpty() && !platform.runs(config.platform())) {
      throw new BadImage(
          "%s is built for %s, this machine is %s"
              .formatted(reference, config.platform(), platform));
    }
  }

  /** Adds up what came. */
  private static final class Told {
    private final String reference;
    private final Manifest manifest;
    private final Consumer<PullProgress> progress;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger layers = new AtomicInteger();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    Told(String reference, Manifest manifest, Consumer<PullProgress> progress) {
      this.reference = reference;
      this.manifest = manifest;
      this.progress = progress;
    }

    void came(long count) {
      bytes.addAndGet(count);
      tell();
    }

    /** One of its layers does not come; the first such says why the image does not. */
    void failed(Exception cause) {
      failure.compareAndSet(null, cause);
    }

    boolean isInVain() {
      return failure.get() != null;
    }

    @Nullable Exception failure() {
      return failure.get();
    }

    void unpacked() {
      layers.incrementAndGet();
      tell();
    }

    private void tell() {
      progress.accept(
          new PullProgress(
              reference,
              bytes.get(),
              manifest.layerBytes(),
              layers.get(),
              manifest.layers().size()));
    }
  }

  /** A layer that is being brought, and all who wait for it. */
  private static final class Coming {
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final List<Told> waiting = new CopyOnWriteArrayList<>();

    Coming(Told first) {
      waiting.add(first);
    }

    void came(long count) {
      waiting.forEach(told -> told.came(count));
    }

    Coming with(Told told) {
      waiting.add(told);
      return this;
    }

    boolean isInVain() {
      return waiting.stream().allMatch(Told::isInVain);
    }

    void failed(Exception cause) {
      waiting.forEach(told -> told.failed(cause));
      end.completeExceptionally(cause);
    }
  }

  private CompletableFuture<Void> layer(
      Descriptor descriptor, Digest diffId, ImageSource source, Told told) {
    var mine = new Coming(told);
    var coming = layersOnTheirWay.merge(diffId, mine, (others, unused) -> others.with(told));
    if (coming == mine) {
      transfers.execute(() -> bringOrFail(descriptor, diffId, source, mine));
    }
    return coming.end.thenRun(told::unpacked);
  }

  private void bringOrFail(Descriptor descriptor, Digest diffId, ImageSource source, Coming mine) {
    // Nobody can begin to wait for it meanwhile: it is there for others, or it is not.
    var wanted =
        layersOnTheirWay.computeIfPresent(diffId, (id, now) -> now.isInVain() ? null : now);
    if (wanted == null) {
      mine.failed(new IOException("another of its layers did not come"));
      return;
    }
    try {
      bring(descriptor, diffId, source, mine);
      layersOnTheirWay.remove(diffId, mine);
      mine.end.complete(null);
    } catch (IOException | RuntimeException e) {
      layersOnTheirWay.remove(diffId, mine);
      mine.failed(e);
    }
  }

  private void bring(Descriptor descriptor, Digest diffId, ImageSource source, Coming coming)
      throws IOException {
    if (store.layers().has(diffId)) {
      coming.came(Math.max(0, descriptor.size()));
      return;
    }
    var partial = store.partial(descriptor.digest());
    var region = source.layer(descriptor, partial, coming::came);
    var hasher = Digest.hasher();
    try (var raw = region.open();
        var in = region.proved() ? raw : new Proving(raw, hasher)) {
      store
          .layers()
          .add(
              diffId,
              new BufferedInputStream(in, 1 << 16),
              () -> {
                if (!region.proved()) {
                  prove(descriptor, in, hasher);
                }
              });
    }
    Files.deleteIfExists(partial);
  }

  /** Compressed bytes of a place that is trusted no more than any other. */
  private static final class Proving extends DigestInputStream {
    Proving(InputStream in, MessageDigest hasher) {
      super(in, hasher);
    }
  }

  private static void prove(Descriptor descriptor, InputStream in, MessageDigest hasher)
      throws IOException {
    in.transferTo(java.io.OutputStream.nullOutputStream());
    var found = Digest.of(hasher);
    if (!found.equals(descriptor.digest())) {
      throw new BadImage("layer %s is damaged: %s".formatted(descriptor.digest(), found));
    }
  }

  private static void await(List<CompletableFuture<Void>> waiting, Told told) throws IOException {
    try {
      CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).join();
    } catch (CompletionException e) {
      var cause = told.failure();
      if (cause instanceof IOException failure) {
        throw failure;
      }
      if (cause instanceof BadImage || cause instanceof RuntimeFailure) {
        throw (RuntimeException) cause;
      }
      throw e;
    }
  }
}
