package dev.regrow.chaos.simulation;

import dev.regrow.core.store.Call;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is agreed on at one place of the log. */
record LogEntry(long term, @Nullable Call call, @Nullable Set<Peer> voters) {
  @Override
  public int hashCode() {
    return (int) term * 31 + (call == null ? 0 : (int) (call.client() * 31 + call.number()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LogEntry that
        && term == that.term
        && (call == null) == (that.call == null)
        && (call == null
            || that.call == null
            || (call.client() == that.call.client() && call.number() == that.call.number()))
        && Objects.equals(voters, that.voters);
  }
}
