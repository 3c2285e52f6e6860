package dev.regrow.runtime.image;

import java.time.Instant;

/**
 * What is known of an image that is on this machine.
 *
 * @param reference as it was asked for, with the digest that it stood for
 * @param digest of its manifest
 * @param config how it wants to be run
 * @param bytes unpacked; layers that images share count for each
 * @param lastUsed when an instance was last started from it, or it was pulled
 */
public record ImageRecord(
    String reference,
    Digest digest,
    ImageConfig config,
    long bytes,
    Instant pulled,
    Instant lastUsed) {}
