package dev.regrow.runtime.image;

import java.nio.file.Path;
import java.util.List;

/**
 * An image that is on this machine.
 *
 * @param digest of its manifest
 * @param layers where its layers are
 * @param names of its layers below that, the lowest first; one empty layer at least
 */
public record LocalImage(Digest digest, ImageConfig config, Path layers, List<String> names) {

  public LocalImage {
    names = List.copyOf(names);
  }
}
