package dev.regrow.runtime.image.layer;

/**
 * How much may come out of a layer.
 *
 * @param entries files, directories and links
 * @param bytes unpacked
 * @param ratio unpacked bytes for each compressed one, beyond the first {@code freeBytes}
 * @param freeBytes unpacked bytes that need no such excuse: small layers of zeros are common
 * @param windowLog the largest memory that zstd may want, as a power of two
 */
public record Bounds(long entries, long bytes, long ratio, long freeBytes, int windowLog) {

  public static final Bounds USUAL = new Bounds(500_000, 32L << 30, 100, 256L << 20, 25);
}
