package dev.regrow.gateway.testing;

import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.image.ImageConfig;
import dev.regrow.runtime.image.ImageRecord;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.NodeImages;
import dev.regrow.runtime.image.PullPolicy;
import dev.regrow.runtime.image.PullProgress;
import dev.regrow.runtime.image.source.Credentials;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A node's images in memory. */
public final class FakeImages implements NodeImages {

  private static final Digest DIGEST = new Digest("ab".repeat(32));

  private static final ImageConfig CONFIG =
      ImageConfig.parse(
          "{\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]},\"config\":{\"Labels\":{\"team\":\"shop\"},\"ExposedPorts\":{\"80/tcp\":{}}}}"
              .formatted(DIGEST)
              .getBytes(StandardCharsets.UTF_8));

  private final Map<String, List<String>> usersByImage = new TreeMap<>();
  private final List<Pull> pulls = new ArrayList<>();

  /** From now on it is here. */
  public FakeImages has(String image, String... usedBy) {
    usersByImage.put(image, List.of(usedBy));
    return this;
  }

  @Override
  public CompletionStage<Digest> resolve(
      ImageReference reference, PullPolicy policy, @Nullable Credentials credentials) {
    return CompletableFuture.completedStage(DIGEST);
  }

  @Override
  public CompletionStage<Stock> stock() {
    var held = new ArrayList<Held>();
    usersByImage.forEach((image, users) -> held.add(new Held(record(image), users)));
    return CompletableFuture.completedStage(new Stock(held, pulls));
  }

  private static ImageRecord record(String image) {
    return new ImageRecord(
        image, DIGEST, CONFIG, 4096, Instant.ofEpochMilli(1), Instant.ofEpochMilli(2));
  }

  @Override
  public Optional<PullProgress> onItsWay(ImageReference reference) {
    return pulls.stream()
        .map(Pull::progress)
        .filter(each -> each.reference().equals(reference.toString()))
        .findFirst();
  }

  @Override
  public Pull pull(ImageReference reference) {
    var pull = new Pull(new PullProgress(reference.toString(), 5, 10, 1, 2), false, "", null);
    pulls.add(pull);
    return pull;
  }

  @Override
  public CompletionStage<List<ImageRecord>> remove(String wanted) {
    var users = usersByImage.get(wanted);
    if (users == null) {
      return CompletableFuture.completedStage(List.of());
    }
    if (!users.isEmpty()) {
      return CompletableFuture.failedStage(
          new InUse("image %s is used by %s".formatted(wanted, String.join(", ", users))));
    }
    usersByImage.remove(wanted);
    return CompletableFuture.completedStage(List.of(record(wanted)));
  }
}
