package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Change;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A commit that was sent and not yet answered. */
record InFlight(List<Change> changes, @Nullable Pending pending) {

  InFlight {
    changes = List.copyOf(changes);
  }

  /** Who waits for it. */
  record Pending(long token, Answer.Outcome outcome) {}
}
