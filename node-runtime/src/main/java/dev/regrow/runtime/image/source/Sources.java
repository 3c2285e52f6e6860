package dev.regrow.runtime.image.source;

import dev.regrow.runtime.image.ImageReference;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Finds the place that a reference names. */
public interface Sources {

  /**
   * @param credentials for a registry; null: none
   */
  ImageSource open(ImageReference reference, @Nullable Credentials credentials) throws IOException;
}
