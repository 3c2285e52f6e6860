package dev.regrow.runtime.image;

import org.jspecify.annotations.Nullable;

/**
 * Names bytes: what they are, their digest and their size, all three to be proved.
 *
 * @param size in bytes, 0 or more; -1 if it is not known before they are there
 * @param name the tag that an index gives it; empty: none
 */
public record Descriptor(
    String mediaType, Digest digest, long size, @Nullable Platform platform, String name) {

  /** Of plain bytes. */
  public static Descriptor of(String mediaType, Digest digest, long size) {
    return new Descriptor(mediaType, digest, size, null, "");
  }
}
