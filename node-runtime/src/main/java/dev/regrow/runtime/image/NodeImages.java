package dev.regrow.runtime.image;

import dev.regrow.runtime.image.source.Credentials;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What may be asked of a machine's images. Thread-safe. */
public interface NodeImages {

  /**
   * What a reference stands for now.
   *
   * @param credentials null: those that the machine itself has for the registry, if any
   * @return of an index the index itself; fails in bounded time with a {@link
   *     dev.regrow.runtime.RuntimeFailure} that names the image, retryable if it may pass
   */
  CompletionStage<Digest> resolve(
      ImageReference reference, PullPolicy policy, @Nullable Credentials credentials);
}
