package dev.regrow.core.model;

import java.util.Arrays;

/**
 * Bytes that decisions carry along without looking inside: what was declared, and unknown fields.
 */
public final class Opaque {

  public static final Opaque EMPTY = new Opaque(new byte[0]);

  private final byte[] bytes;

  private Opaque(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Opaque of(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new Opaque(bytes.clone());
  }

  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Opaque opaque && Arrays.equals(bytes, opaque.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Only its size: it may hold what must not be logged. */
  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
