package dev.regrow.actors.control;

import java.util.List;

/**
 * A page of a list, as it was at {@code index}.
 *
 * @param next where the next page begins; "" on the last
 */
public record Listing<T>(List<T> items, long index, String next) {

  public Listing {
    items = List.copyOf(items);
  }
}
