package dev.regrow.runtime.image;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.layer.Bounds;
import dev.regrow.runtime.image.source.Credentials;
import dev.regrow.runtime.image.source.Sources;
import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The images of a node: brings them, knows them, removes them. Thread-safe. */
public final class Images implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Images.class);

  /** Pulls only wait for their layers. */
  private static final int PULLS = 8;

  /** Three keep two cores and a network busy, and hold little memory. */
  private static final int TRANSFERS = 3;

  private static final Duration LOOKING = Duration.ofSeconds(10);

  /** Beyond these, those who ask are refused: hosts that never answer must not stop others. */
  private static final int LOOKUPS = 16;

  private static final Duration CLOSING = Duration.ofSeconds(5);
  private static final Duration USE_NOTED_EVERY = Duration.ofMinutes(1);

  private final Duration looking;
  private final ImageStore store;
  private final Sources sources;
  private final Pulling pulling;
  private final ExecutorService pulls = pool("regrow-pull", PULLS);
  private final ExecutorService transfers = pool("regrow-layer", TRANSFERS);
  private final ExecutorService syncs = pool("regrow-image-sync", 1);
  private final ExecutorService lookups =
      new ThreadPoolExecutor(
          0,
          LOOKUPS,
          30,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> daemon(task, "regrow-image-lookup"));
  private final Map<String, Ready> ready = new ConcurrentHashMap<>();
  private final Map<Wanted, CompletableFuture<LocalImage>> onTheirWay = new ConcurrentHashMap<>();
  private final Map<String, PullProgress> progress = new ConcurrentHashMap<>();

  /**
   * Held for reading while something that is here becomes known, for writing while something goes.
   * What is on its way holds nothing but a claim, however long it takes.
   */
  private final ReentrantReadWriteLock goings = new ReentrantReadWriteLock();

  private record Wanted(String reference, @Nullable Credentials credentials, boolean asked) {}

  private record Ready(LocalImage image, Instant noted) {}

  private Images(ImageStore store, Sources sources, Platform platform, Duration looking) {
    this.looking = looking;
    this.store = store;
    this.sources = sources;
    this.pulling = new Pulling(store, transfers, platform);
  }

  /**
   * @param directory is made, closed to others; it must allow overlayfs' lower layers
   * @param bootId of this boot of the machine
   */
  public static Images open(
      Kernel kernel, Path directory, String bootId, Sources sources, Platform platform) {
    return open(kernel, directory, bootId, sources, platform, LOOKING);
  }

  /**
   * @param looking how long somebody waits for what a tag stands for
   */
  static Images open(
      Kernel kernel,
      Path directory,
      String bootId,
      Sources sources,
      Platform platform,
      Duration looking) {
    try {
      return new Images(
          ImageStore.open(kernel, directory, bootId, Bounds.USUAL), sources, platform, looking);
    } catch (IOException e) {
      throw new RuntimeFailure("cannot open the images in " + directory + ": " + e, true, e);
    }
  }

  /** An image that is here and was used before: found without looking at the disk. */
  public Optional<LocalImage> atHand(ImageReference reference) {
    var found = ready.get(reference.toString());
    if (found == null) {
      return Optional.empty();
    }
    noteUse(reference.toString(), found);
    return Optional.of(found.image());
  }

  /**
   * Brings an image here, unless it is.
   *
   * @param credentials for a registry; null: none
   * @return fails with a {@link RuntimeFailure} that names the image
   */
  public CompletionStage<LocalImage> ensure(
      ImageReference reference, PullPolicy policy, @Nullable Credentials credentials) {
    boolean asked = policy == PullPolicy.ALWAYS;
    var atHand = asked ? Optional.<LocalImage>empty() : atHand(reference);
    if (atHand.isPresent()) {
      return CompletableFuture.completedStage(atHand.get());
    }
    // Who is to be asked anew whether he may have it does not share somebody else's answer.
    var name = new Wanted(reference.toString(), asked ? credentials : null, asked);
    var mine = new CompletableFuture<LocalImage>();
    var others = onTheirWay.putIfAbsent(name, mine);
    if (others != null) {
      return others.minimalCompletionStage();
    }
    pulls.execute(
        () -> {
          try {
            var image = bring(reference, policy, credentials);
            onTheirWay.remove(name, mine);
            mine.complete(image);
          } catch (RuntimeException e) {
            onTheirWay.remove(name, mine);
            mine.completeExceptionally(e);
          }
        });
    return mine.minimalCompletionStage();
  }

  private LocalImage bring(
      ImageReference reference, PullPolicy policy, @Nullable Credentials credentials) {
    var name = reference.toString();
    try {
      var here = policy == PullPolicy.ALWAYS ? Optional.<LocalImage>empty() : local(reference);
      return here.isPresent() ? here.get() : pull(reference, policy, credentials);
    } catch (IOException | UncheckedIOException e) {
      throw RuntimeFailure.ofImage("cannot pull image " + name + ": " + said(e), true, e);
    } catch (BadImage e) {
      throw RuntimeFailure.ofImage("cannot use image " + name + ": " + e.getMessage(), false, e);
    } catch (RuntimeFailure e) {
      throw RuntimeFailure.ofImage(
          "cannot pull image " + name + ": " + e.getMessage(), e.retryable(), e);
    } finally {
      progress.remove(name);
    }
  }

  private static String said(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private Optional<LocalImage> local(ImageReference reference) throws IOException {
    var name = reference.toString();
    var pinned = reference.digest();
    goings.readLock().lock();
    try {
      var named = store.named(name);
      var image = named.isPresent() ? store.image(named.get()) : Optional.<LocalImage>empty();
      if (image.isPresent()) {
        isUsed(name, image.get());
        return image;
      }
      return pinned == null ? image : known(name, pinned);
    } finally {
      goings.readLock().unlock();
    }
  }

  /** What is here whole has this name, too, from now on. */
  private Optional<LocalImage> known(String name, Digest digest) throws IOException {
    goings.readLock().lock();
    try {
      var image = store.image(digest);
      if (image.isPresent()) {
        store.name(name, digest);
        isUsed(name, image.get());
      }
      return image;
    } finally {
      goings.readLock().unlock();
    }
  }

  private void isUsed(String name, LocalImage image) throws IOException {
    var now = Instant.now();
    ready.put(name, new Ready(image, now));
    store.used(image.digest(), now);
  }

  private LocalImage pull(
      ImageReference reference, PullPolicy policy, @Nullable Credentials credentials)
      throws IOException {
    var name = reference.toString();
    if (policy == PullPolicy.NEVER) {
      throw new BadImage("it is not on this node, and its pull policy is never");
    }
    long started = System.nanoTime();
    progress.put(name, new PullProgress(name, 0, 0, 0, 0));
    try (var source = sources.open(reference, credentials)) {
      var resolved = pulling.resolve(reference, source);
      var here = known(name, resolved.digest());
      if (here.isPresent()) {
        return here.get();
      }
      var image =
          pulling.pull(
              reference,
              resolved,
              source,
              seen -> progress.put(name, seen),
              () ->
                  known(name, resolved.digest())
                      .orElseThrow(() -> new IOException("it vanished while it was pulled")));
      LOG.info("{} pulled in {} ms", name, (System.nanoTime() - started) / 1_000_000);
      makeDurable();
      return image;
    }
  }

  private void makeDurable() {
    syncs.execute(
        () -> {
          try {
            store.layers().makeDurable();
          } catch (IOException | RuntimeException e) {
            LOG.warn("layers are not known to be on disk, and would be pulled again: {}", said(e));
          }
        });
  }

  /**
   * What a tag stands for now; of an index the index itself, so that each node takes its own. With
   * {@link PullPolicy#NEVER} what it stood for when it was brought here.
   *
   * @return fails within some seconds with a {@link RuntimeFailure} that names the image
   */
  public CompletionStage<Digest> resolve(
      ImageReference reference, PullPolicy policy, @Nullable Credentials credentials) {
    var found = new CompletableFuture<Digest>();
    try {
      var lookup =
          lookups.submit(
              () -> {
                try {
                  found.complete(look(reference, policy, credentials));
                } catch (IOException e) {
                  found.completeExceptionally(unknown(reference, said(e), true, e));
                } catch (BadImage e) {
                  found.completeExceptionally(unknown(reference, said(e), false, e));
                } catch (RuntimeFailure e) {
                  found.completeExceptionally(unknown(reference, said(e), e.retryable(), e));
                }
                return null;
              });
      return found
          .orTimeout(looking.toMillis(), TimeUnit.MILLISECONDS)
          .exceptionallyCompose(
              failure -> {
                lookup.cancel(true);
                return CompletableFuture.failedStage(
                    failure instanceof TimeoutException
                        ? unknown(
                            reference, "no answer within " + looking.toSeconds() + " s", true, null)
                        : failure);
              });
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedStage(
          unknown(reference, "too many images are being looked up; try again", true, e));
    }
  }

  private Digest look(
      ImageReference reference, PullPolicy policy, @Nullable Credentials credentials)
      throws IOException {
    if (reference.digest() != null) {
      return reference.digest();
    }
    if (policy == PullPolicy.NEVER) {
      return store
          .named(reference.toString())
          .orElseThrow(() -> new BadImage("it is not on this node, and its pull policy is never"));
    }
    try (var source = sources.open(reference, credentials)) {
      return pulling.resolve(reference, source).top();
    }
  }

  private static RuntimeFailure unknown(
      ImageReference reference, String why, boolean retryable, @Nullable Throwable cause) {
    return RuntimeFailure.ofImage(
        "cannot learn what image " + reference + " stands for: " + why,
        retryable,
        cause == null ? new TimeoutException(why) : cause);
  }

  private void noteUse(String name, Ready found) {
    var now = Instant.now();
    if (Duration.between(found.noted(), now).compareTo(USE_NOTED_EVERY) < 0) {
      return;
    }
    ready.put(name, new Ready(found.image(), now));
    syncs.execute(
        () -> {
          try {
            store.used(found.image().digest(), now);
          } catch (IOException e) {
            LOG.warn("cannot note the use of {}: {}", name, said(e));
          }
        });
  }

  /** What is here, by reference. Blocks for some disk reads. */
  public List<ImageRecord> list() {
    try {
      return store.list();
    } catch (IOException e) {
      throw new RuntimeFailure("cannot list images: " + said(e), true, e);
    }
  }

  /**
   * How far one is that is being brought; nothing is known of its size before its registry answers.
   */
  public Optional<PullProgress> onItsWay(ImageReference reference) {
    return Optional.ofNullable(progress.get(reference.toString()));
  }

  /** Those that are being brought. */
  public List<PullProgress> onTheirWay() {
    return List.copyOf(progress.values());
  }

  /**
   * Forgets references, and removes what no other needs; an image on its way keeps what it needs.
   *
   * @param inUse manifests that instances run from: refused
   * @return how many were known
   */
  public int remove(List<String> references, Set<Digest> inUse) {
    goings.writeLock().lock();
    try {
      int removed = 0;
      for (var reference : references) {
        var named = store.named(reference);
        if (named.isPresent() && inUse.contains(named.get())) {
          throw new RuntimeFailure(
              "image " + reference + " is in use; stop its instances first", false);
        }
        ready.remove(reference);
        removed += store.forget(reference) ? 1 : 0;
      }
      store.removeUnnamed(new ArrayList<>(inUse));
      return removed;
    } catch (IOException e) {
      throw new RuntimeFailure("cannot remove images: " + said(e), true, e);
    } finally {
      goings.writeLock().unlock();
    }
  }

  /** Removes what was not used for long, and more when the disk is full. */
  public void clean(Set<Digest> inUse, ImageCleaning.Policy policy) {
    try {
      var chosen = ImageCleaning.choose(store.list(), inUse, Instant.now(), store.disk(), policy);
      if (!chosen.isEmpty()) {
        LOG.info("removing images {}", chosen.stream().map(ImageRecord::reference).toList());
        remove(chosen.stream().map(ImageRecord::reference).toList(), inUse);
      }
    } catch (IOException e) {
      throw new RuntimeFailure("cannot clean up images: " + said(e), true, e);
    }
  }

  private static ExecutorService pool(String name, int size) {
    var pool =
        new ThreadPoolExecutor(
            size,
            size,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> daemon(task, name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private static Thread daemon(Runnable task, String name) {
    var thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** What is on its way is cut off, and goes on with the next pull. */
  @Override
  public void close() {
    pulls.shutdownNow();
    transfers.shutdownNow();
    lookups.shutdownNow();
    syncs.shutdown();
    try {
      if (!syncs.awaitTermination(CLOSING.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("the disk is slow: images pulled last may be pulled again after a loss of power");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
