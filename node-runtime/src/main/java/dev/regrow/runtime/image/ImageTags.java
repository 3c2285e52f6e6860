package dev.regrow.runtime.image;

import dev.regrow.runtime.image.source.Credentials;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Learns what the tags of images stand for. Thread-safe. */
@FunctionalInterface
public interface ImageTags {

  /**
   * What a reference stands for now.
   *
   * @param credentials null: those that the machine itself has for the registry, if any
   * @return of an index the index itself; in bounded time, failing with a {@link
   *     dev.regrow.runtime.RuntimeFailure} that names the image, retryable if it may pass
   */
  CompletionStage<Digest> resolve(
      ImageReference reference, PullPolicy policy, @Nullable Credentials credentials);
}
