package dev.regrow.runtime.process;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.image.ImageCleaning;
import dev.regrow.runtime.image.ImageLaunch;
import dev.regrow.runtime.image.ImageRecord;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.Images;
import dev.regrow.runtime.image.LocalImage;
import dev.regrow.runtime.image.NodeImages;
import dev.regrow.runtime.image.PullPolicy;
import dev.regrow.runtime.image.PullProgress;
import dev.regrow.runtime.image.source.Credentials;
import dev.regrow.runtime.image.source.RegistryAuth;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The images of this machine, and which of its instances run from which. */
final class MachineImages implements NodeImages, AutoCloseable {

  private static final Duration CLEANING_EVERY = Duration.ofMinutes(10);

  /** Pulls that people asked for and that have ended; the oldest are forgotten. */
  private static final int ENDED_KEPT = 100;

  private final Images images;
  private final Path registryAuth;
  private final Supplier<Collection<LiveInstance>> instances;
  private final Executor work;
  private final Periodic cleaning = new Periodic("regrow-image-cleaning", CLEANING_EVERY);
  private final Map<String, Pull> asked =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Pull> eldest) {
          return size() > ENDED_KEPT;
        }
      };
  private volatile boolean usesKnown;

  /**
   * @param registryAuth what this machine shows to registries
   * @param instances all of this node, once {@link #usesAreKnown}
   */
  MachineImages(
      Images images,
      Path registryAuth,
      Supplier<Collection<LiveInstance>> instances,
      Executor work) {
    this.images = images;
    this.registryAuth = registryAuth;
    this.instances = instances;
    this.work = work;
  }

  /** From now on it is known what runs here, so that something may be removed. */
  void usesAreKnown() {
    usesKnown = true;
    cleaning.start(() -> images.clean(uses().keySet(), ImageCleaning.Policy.USUAL));
  }

  /** Brings what an instance is started from. */
  CompletionStage<LocalImage> ensure(
      ImageReference reference, PullPolicy policy, @Nullable Credentials given) {
    return images.ensure(reference, policy, credentials(reference, given));
  }

  private @Nullable Credentials credentials(ImageReference reference, @Nullable Credentials given) {
    return given != null ? given : RegistryAuth.of(registryAuth, reference).orElse(null);
  }

  @Override
  public CompletionStage<Digest> resolve(
      ImageReference reference, PullPolicy policy, @Nullable Credentials given) {
    return CompletableFuture.supplyAsync(() -> new Shown(credentials(reference, given)), work)
        .thenCompose(shown -> images.resolve(reference, policy, shown.credentials()));
  }

  private record Shown(@Nullable Credentials credentials) {}

  @Override
  public CompletionStage<Stock> stock() {
    return CompletableFuture.supplyAsync(
        () -> {
          var uses = uses();
          var held =
              images.list().stream()
                  .map(image -> new Held(image, uses.getOrDefault(image.digest(), List.of())))
                  .toList();
          return new Stock(held, pulls());
        },
        work);
  }

  @Override
  public Optional<PullProgress> onItsWay(ImageReference reference) {
    return images.onItsWay(reference);
  }

  private List<Pull> pulls() {
    var all = new TreeMap<String, Pull>();
    synchronized (asked) {
      all.putAll(asked);
    }
    images.onTheirWay().forEach(way -> all.put(way.reference(), new Pull(way, false, "", null)));
    return List.copyOf(all.values());
  }

  @Override
  public Pull pull(ImageReference reference) {
    var name = reference.toString();
    synchronized (asked) {
      var before = asked.get(name);
      if (before != null && !before.ended()) {
        return before;
      }
      var begun = new Pull(new PullProgress(name, 0, 0, 0, 0), false, "", null);
      asked.remove(name);
      asked.put(name, begun);
      var unused =
          CompletableFuture.supplyAsync(() -> new Shown(credentials(reference, null)), work)
              .thenCompose(
                  shown -> images.ensure(reference, PullPolicy.ALWAYS, shown.credentials()))
              .whenComplete((image, failure) -> ended(begun, image, failure));
      return begun;
    }
  }

  private void ended(Pull begun, @Nullable LocalImage image, @Nullable Throwable failure) {
    var name = begun.progress().reference();
    synchronized (asked) {
      asked.put(
          name,
          new Pull(
              begun.progress(),
              true,
              failure == null ? "" : said(failure),
              image == null ? null : image.digest()));
    }
  }

  private static String said(Throwable failure) {
    var cause = failure.getCause();
    var real = failure instanceof CompletionException && cause != null ? cause : failure;
    var message = real.getMessage();
    return message == null ? real.toString() : message;
  }

  @Override
  public CompletionStage<List<ImageRecord>> remove(String wanted) {
    return CompletableFuture.supplyAsync(
        () -> {
          if (!usesKnown) {
            throw new RuntimeFailure(
                "this node is still looking which instances run here; try again", true);
          }
          var uses = uses();
          var chosen = images.list().stream().filter(image -> isMeant(wanted, image)).toList();
          refuseUsed(chosen, uses);
          images.remove(chosen.stream().map(ImageRecord::reference).toList(), uses.keySet());
          return chosen;
        },
        work);
  }

  private static boolean isMeant(String wanted, ImageRecord image) {
    return image.reference().equals(wanted)
        || image.reference().startsWith(wanted + "@")
        || image.digest().toString().equals(wanted);
  }

  private static void refuseUsed(List<ImageRecord> chosen, Map<Digest, List<String>> uses) {
    for (var image : chosen) {
      var users = uses.get(image.digest());
      if (users != null) {
        throw new InUse(
            "image %s is used by %s; stop %s first"
                .formatted(
                    image.reference(),
                    String.join(", ", users),
                    users.size() == 1 ? "that" : "those"));
      }
    }
  }

  /** By manifest, in order. */
  private SortedMap<Digest, List<String>> uses() {
    var uses = new TreeMap<Digest, List<String>>();
    for (var instance : instances.get()) {
      var hex = instance.labels().get(ImageLaunch.LABEL);
      if (hex != null && hex.matches("[0-9a-f]{64}")) {
        uses.computeIfAbsent(new Digest(hex), digest -> new ArrayList<>())
            .add(instance.key().namespace() + "/" + instance.slot());
      }
    }
    uses.values().forEach(users -> users.sort(null));
    return uses;
  }

  @Override
  public void close() {
    cleaning.close();
    images.close();
  }
}
