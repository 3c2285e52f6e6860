package dev.regrow.chaos.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The begins and ends of operations in the order of time, as a list from which an operation can be
 * taken out and put back where it was.
 */
final class Timeline {

  /** A begin, or the end that belongs to it. */
  static final class Moment {
    final int operation;
    final @Nullable Moment end;
    private final long nanos;
    private @Nullable Moment previous;
    private @Nullable Moment next;

    private Moment(int operation, long nanos, @Nullable Moment end) {
      this.operation = operation;
      this.nanos = nanos;
      this.end = end;
    }

    boolean isBegin() {
      return end != null;
    }

    @Nullable Moment next() {
      return next;
    }
  }

  private final Moment head = new Moment(-1, Long.MIN_VALUE, null);

  /** At the same time, what begins comes before what ends: the two overlap. */
  Timeline(List<Operation> operations) {
    var moments = new ArrayList<Moment>();
    for (int i = 0; i < operations.size(); i++) {
      var operation = operations.get(i);
      var end = new Moment(i, operation.completedNanos(), null);
      moments.add(new Moment(i, operation.invokedNanos(), end));
      moments.add(end);
    }
    moments.sort(
        Comparator.<Moment>comparingLong(moment -> moment.nanos)
            .thenComparing(moment -> !moment.isBegin()));
    var last = head;
    for (var moment : moments) {
      last.next = moment;
      moment.previous = last;
      last = moment;
    }
  }

  @Nullable Moment first() {
    return head.next;
  }

  /** Takes a begin and its end out. */
  void lift(Moment begin) {
    unlink(begin);
    if (begin.end != null) {
      unlink(begin.end);
    }
  }

  /** Puts back the begin that was taken out last, with its end. */
  void restore(Moment begin) {
    if (begin.end != null) {
      link(begin.end);
    }
    link(begin);
  }

  private static void unlink(Moment moment) {
    if (moment.previous != null) {
      moment.previous.next = moment.next;
    }
    if (moment.next != null) {
      moment.next.previous = moment.previous;
    }
  }

  private static void link(Moment moment) {
    if (moment.previous != null) {
      moment.previous.next = moment;
    }
    if (moment.next != null) {
      moment.next.previous = moment;
    }
  }
}
