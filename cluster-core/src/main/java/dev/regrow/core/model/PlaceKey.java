package dev.regrow.core.model;

import java.util.Comparator;

/** One slot's data of a volume. */
public record PlaceKey(String volume, int slot) implements Comparable<PlaceKey> {

  private static final Comparator<PlaceKey> ORDER =
      Comparator.comparing(PlaceKey::volume).thenComparingInt(PlaceKey::slot);

  @Override
  public int compareTo(PlaceKey other) {
    return ORDER.compare(this, other);
  }
}
