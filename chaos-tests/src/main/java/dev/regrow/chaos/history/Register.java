package dev.regrow.chaos.history;

import dev.regrow.chaos.history.Operation.CompareAndSet;
import dev.regrow.chaos.history.Operation.Outcome;
import dev.regrow.chaos.history.Operation.Read;
import dev.regrow.chaos.history.Operation.Write;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one key would do if nothing ever happened at the same time.
 *
 * @param value null: absent
 */
record Register(@Nullable String value) {

  /**
   * @return what it is after this operation; null if the operation can't have ended as it did here
   */
  @Nullable Register after(Operation operation) {
    if (operation.action() instanceof Read read) {
      return Objects.equals(read.seen(), value) ? this : null;
    }
    if (operation.action() instanceof Write write) {
      return new Register(write.value());
    }
    var swap = (CompareAndSet) operation.action();
    boolean same = Objects.equals(swap.expected(), value);
    if (operation.outcome() == Outcome.DIFFERED) {
      return same ? null : this;
    }
    return same ? new Register(swap.value()) : null;
  }
}
