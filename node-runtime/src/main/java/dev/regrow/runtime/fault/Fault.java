package dev.regrow.runtime.fault;

import java.time.Instant;
import java.util.List;

/**
 * A fault that was begun.
 *
 * @param id of this one, among all of this node
 * @param affects what, each a sentence
 * @param until when it ends by itself
 */
public record Fault(
    String id, FaultOrder order, List<String> affects, Instant began, Instant until) {

  public Fault {
    affects = List.copyOf(affects);
  }
}
