package dev.regrow.core.model;

/**
 * What a template uses of its image.
 *
 * @param digest what its tag stood for, as {@code sha256:…}; empty: the template names no tag, or
 *     nobody looked
 */
public record ImageUse(String digest) {

  public static final ImageUse NONE = new ImageUse("");

  /** The same image, of these bytes. */
  public ImageUse at(String otherDigest) {
    return new ImageUse(otherDigest);
  }
}
