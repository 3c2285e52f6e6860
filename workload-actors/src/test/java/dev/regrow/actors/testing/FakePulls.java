package dev.regrow.actors.testing;

import dev.regrow.runtime.image.Digest;
import dev.regrow.runtime.image.ImageRecord;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.NodeImages;
import dev.regrow.runtime.image.PullPolicy;
import dev.regrow.runtime.image.PullProgress;
import dev.regrow.runtime.image.source.Credentials;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Images of which it is known only how far they are. */
final class FakePulls implements NodeImages {

  private final Supplier<@Nullable PullProgress> progress;

  FakePulls(Supplier<@Nullable PullProgress> progress) {
    this.progress = progress;
  }

  @Override
  public Optional<PullProgress> onItsWay(ImageReference reference) {
    return Optional.ofNullable(progress.get())
        .filter(pull -> pull.reference().equals(reference.toString()));
  }

  @Override
  public CompletionStage<Stock> stock() {
    throw new UnsupportedOperationException("this machine keeps no images");
  }

  @Override
  public Pull pull(ImageReference reference) {
    throw new UnsupportedOperationException("this machine keeps no images");
  }

  @Override
  public CompletionStage<List<ImageRecord>> remove(String wanted) {
    throw new UnsupportedOperationException("this machine keeps no images");
  }

  @Override
  public CompletionStage<Digest> resolve(
      ImageReference reference, PullPolicy policy, @Nullable Credentials credentials) {
    throw new UnsupportedOperationException("this machine keeps no images");
  }
}
