package dev.regrow.runtime.image;

import java.time.Instant;
import java.util.List;

/**
 * What is known of an image that is on this machine.
 *
 * @param reference as it was asked for, with the digest that it stood for
 * @param digest of its manifest
 * @param bytes unpacked; layers that images share count for each
 * @param lastUsed when an instance was last started from it, or it was pulled
 */
public record ImageRecord(
    String reference,
    Digest digest,
    List<Digest> diffIds,
    long bytes,
    Instant pulled,
    Instant lastUsed) {

  public ImageRecord {
    diffIds = List.copyOf(diffIds);
  }
}
