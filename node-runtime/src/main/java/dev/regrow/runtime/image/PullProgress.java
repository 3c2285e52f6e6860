package dev.regrow.runtime.image;

/**
 * How far a pull is.
 *
 * @param bytes of all layers that came, of {@code bytesInAll}
 * @param layers unpacked, of {@code layersInAll}
 */
public record PullProgress(
    String reference, long bytes, long bytesInAll, int layers, int layersInAll) {}
