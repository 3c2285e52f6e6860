package dev.regrow.core.model;

/**
 * What a template uses of its image.
 *
 * @param digest what its tag stood for, as {@code sha256:…}; empty: the template names no tag, or
 *     nobody looked
 * @param pullSecret the secret that its registry is shown; empty: none
 */
public record ImageUse(String digest, String pullSecret) {

  /** The same image, of these bytes. */
  public ImageUse at(String otherDigest) {
    return new ImageUse(otherDigest, pullSecret);
  }
}
