package dev.regrow.runtime.image;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked of a machine's images. Thread-safe; stages fail with a {@link
 * dev.regrow.runtime.RuntimeFailure} that names the image, retryable if it may pass.
 */
public interface NodeImages extends ImageTags {

  /** All that is here, and on its way. */
  CompletionStage<Stock> stock();

  /** How far an image that is being brought here is; empty: it is not. Costs next to nothing. */
  Optional<PullProgress> onItsWay(ImageReference reference);

  /**
   * Begins to bring an image here, asking its registry or layout; how far it is and what became of
   * it is in the {@link #stock}. Asked for twice it comes once.
   */
  Pull pull(ImageReference reference);

  /**
   * Removes an image, under all its names if a digest is given.
   *
   * @param wanted a reference, with or without its digest, or a digest
   * @return what was removed; none if nothing has that name
   * @throws InUse if an instance runs from one of them: nothing is removed then
   */
  CompletionStage<List<ImageRecord>> remove(String wanted);

  /** What a machine has. */
  record Stock(List<Held> images, List<Pull> pulls) {
    public Stock {
      images = List.copyOf(images);
      pulls = List.copyOf(pulls);
    }
  }

  /**
   * An image that is here.
   *
   * @param usedBy instances, as {@code NAMESPACE/SLOT}
   */
  record Held(ImageRecord image, List<String> usedBy) {
    public Held {
      usedBy = List.copyOf(usedBy);
    }
  }

  /**
   * An image that is, or was asked to be, on its way.
   *
   * @param failure why it did not come; empty: it did, or is on its way
   * @param digest of its manifest, once it is here
   */
  record Pull(PullProgress progress, boolean ended, String failure, @Nullable Digest digest) {}

  /** It cannot be removed; the message says by whom it is used. */
  final class InUse extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InUse(String message) {
      super(message);
    }
  }
}
