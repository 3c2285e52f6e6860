package dev.regrow.client;

import dev.regrow.client.ApiException.Applied;
import dev.regrow.client.ApiException.Conflict;
import dev.regrow.client.ApiException.DiskFull;
import dev.regrow.client.ApiException.Stale;
import dev.regrow.client.ApiException.TimedOut;
import dev.regrow.client.ApiException.Unavailable;
import dev.regrow.client.ApiException.Unreachable;
import dev.regrow.client.http.TransportException.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a call has come that is sent to one node after another until one answers. Decides after
 * each that failed whether the next is asked, or what the sender is told. Pure.
 *
 * @param nodes how many there are; 1 or more
 * @param applied whether one of those that were asked may have carried it out
 * @param failures why each of those failed, in the order in which they were asked
 */
record Tries(Again again, int nodes, Applied applied, List<String> failures) {

  /** A node that has not answered by then may hang: the next is asked, where that is safe. */
  private static final Duration ANOTHER_AFTER = Duration.ofSeconds(5);

  /** When a call is sent to another node, too. */
  enum Again {
    /** Only when it was surely not carried out. */
    NEVER,
    /**
     * Also when the node that it was sent to is gone. One that hangs may go on and carry it out
     * late, over what others have written since.
     */
    WHEN_BROKEN_OFF,
    /** Also when that node does not answer for a while. */
    ALWAYS;

    static Again of(Call<?> call) {
      if (!call.repeatable()) {
        return NEVER;
      }
      return call.method().equals("GET") ? ALWAYS : WHEN_BROKEN_OFF;
    }
  }

  /** What follows when a node failed. */
  sealed interface Next {

    /** The next node is asked. */
    record Another(Tries tries) implements Next {
      @Override
      public Tries orThrow() {
        return tries;
      }
    }

    /** No other is asked, and the sender is told this. */
    record Failed(ApiException why) implements Next {
      @Override
      public Tries orThrow() {
        throw why;
      }
    }

    /** How far it has come, if it goes on. */
    Tries orThrow();
  }

  Tries {
    failures = List.copyOf(failures);
  }

  /** Before the first. */
  static Tries none(Again again, int nodes) {
    return new Tries(again, nodes, Applied.NO, List.of());
  }

  /** How many nodes were asked. */
  int made() {
    return failures.size();
  }

  /** What the node that is asked now gets of the time that is left; the last gets all of it. */
  Duration patience(Duration left) {
    if (again != Again.ALWAYS || isLast()) {
      return left;
    }
    var share = left.dividedBy(nodes - made());
    return share.compareTo(ANOTHER_AFTER) < 0 ? share : ANOTHER_AFTER;
  }

  private boolean isLast() {
    return made() == nodes - 1;
  }

  /** That node answered that it does not do it. */
  Next refused(ApiException answer) {
    if (answer instanceof Unavailable unavailable) {
      return unavailable(unavailable);
    }
    boolean isWhatAnotherMayHaveDone =
        answer instanceof Stale || answer instanceof Conflict || answer instanceof DiskFull;
    return new Next.Failed(
        applied == Applied.UNKNOWN && isWhatAnotherMayHaveDone
            ? new Unavailable(answer.problem(), applied)
            : answer);
  }

  private Next unavailable(Unavailable answer) {
    var after = failed(answer.applied(), String.valueOf(answer.getMessage()));
    return isLast() || after.mustEnd()
        ? new Next.Failed(new Unavailable(answer.problem(), after.applied))
        : new Next.Another(after);
  }

  /**
   * That node did not answer.
   *
   * @param stage how far the request came
   */
  Next unanswered(Stage stage, String why) {
    var after = failed(stage == Stage.CONNECTING ? Applied.NO : Applied.UNKNOWN, why);
    var all = String.join("; ", after.failures);
    if (stage == Stage.TIMED_OUT && (isLast() || again != Again.ALWAYS)) {
      return new Next.Failed(new TimedOut(all, after.applied));
    }
    return isLast() || after.mustEnd()
        ? new Next.Failed(new Unreachable(all, after.applied))
        : new Next.Another(after);
  }

  private boolean mustEnd() {
    return applied == Applied.UNKNOWN && again == Again.NEVER;
  }

  private Tries failed(Applied there, String why) {
    var more = new ArrayList<>(failures);
    more.add(why);
    return new Tries(again, nodes, there == Applied.UNKNOWN ? there : applied, more);
  }
}
