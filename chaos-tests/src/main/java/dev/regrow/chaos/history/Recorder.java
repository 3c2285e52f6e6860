package dev.regrow.chaos.history;

import dev.regrow.chaos.history.Operation.Action;
import dev.regrow.chaos.history.Operation.CompareAndSet;
import dev.regrow.chaos.history.Operation.Outcome;
import dev.regrow.chaos.history.Operation.Read;
import dev.regrow.chaos.history.Operation.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Writes down what clients do, from any thread. */
public final class Recorder {

  private final LongSupplier nanos;
  private final ConcurrentLinkedQueue<Started> started = new ConcurrentLinkedQueue<>();

  /**
   * @param nanos a clock that never goes back, the same for all clients
   */
  public Recorder(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** To be called before it is sent. */
  public Started read(int client, String key) {
    return begin(client, key, new Read(null));
  }

  /** To be called before it is sent. */
  public Started write(int client, String key, @Nullable String value) {
    return begin(client, key, new Write(value));
  }

  /** To be called before it is sent. */
  public Started compareAndSet(
      int client, String key, @Nullable String expected, @Nullable String value) {
    return begin(client, key, new CompareAndSet(expected, value));
  }

  private Started begin(int client, String key, Action action) {
    var begun = new Started(client, key, action, nanos.getAsLong());
    started.add(begun);
    return begun;
  }

  /** All that was begun so far; what has not ended is unknown. */
  public List<Operation> history() {
    var history = new ArrayList<Operation>();
    started.forEach(each -> history.add(each.soFar()));
    return history;
  }

  /** An operation under way. Never ended is the same as {@link #unknown}. */
  public final class Started {
    private final Operation begun;
    private final AtomicReference<@Nullable Operation> ended = new AtomicReference<>();

    private Started(int client, String key, Action action, long invokedNanos) {
      this.begun =
          new Operation(client, key, action, Outcome.UNKNOWN, invokedNanos, Operation.NEVER);
    }

    /** A change was acknowledged. */
    public void ok() {
      end(begun.action(), Outcome.OK);
    }

    /** A read was answered; null: there is none. */
    public void saw(@Nullable String value) {
      end(new Read(value), Outcome.OK);
    }

    /** It was compared, and another value was there. */
    public void differed() {
      end(begun.action(), Outcome.DIFFERED);
    }

    /** It surely had no effect. */
    public void notApplied() {
      end(begun.action(), Outcome.NOT_APPLIED);
    }

    /** Nobody knows. */
    public void unknown() {
      ended.compareAndSet(null, begun);
    }

    private void end(Action action, Outcome outcome) {
      var operation =
          new Operation(
              begun.client(),
              begun.key(),
              action,
              outcome,
              begun.invokedNanos(),
              nanos.getAsLong());
      if (!ended.compareAndSet(null, operation)) {
        throw new IllegalStateException("it has ended before: " + ended.get());
      }
    }

    private Operation soFar() {
      var known = ended.get();
      return known == null ? begun : known;
    }
  }
}
