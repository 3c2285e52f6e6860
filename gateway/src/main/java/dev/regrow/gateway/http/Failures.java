package dev.regrow.gateway.http;

import dev.regrow.actors.control.Refusal;
import dev.regrow.actors.time.SystemEnded;
import dev.regrow.core.store.StoreException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns whatever ended a call into a problem. What it does not know is a bug, logged once, here.
 */
final class Failures {

  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /**
   * @param changes whether the call may have changed something
   * @param what the call, for the log: method and path
   */
  static HttpProblem problem(Throwable failure, boolean changes, String what) {
    var cause = unwrap(failure);
    if (cause instanceof HttpProblem problem) {
      return problem;
    }
    if (cause instanceof Refusal refusal) {
      return HttpProblem.of(refusal);
    }
    if (cause instanceof StoreException store) {
      return of(store);
    }
    if (cause instanceof SystemEnded) {
      return HttpProblem.unavailable(
          "this node is on its way into the cluster again; try again, or ask another node");
    }
    if (cause instanceof Workers.Stopped) {
      return HttpProblem.unavailable("this node stops just now, nothing was done; ask another one");
    }
    if (cause instanceof TimeoutException) {
      return changes
          ? HttpProblem.outcomeUnknown(
              "the cluster did not answer in time, so the change may or may not have happened;"
                  + " read it back, then decide")
          : HttpProblem.unavailable("the cluster did not answer in time; try again");
    }
    LOG.error("A bug answered {}", what, cause);
    return HttpProblem.of(
        500, "bug", "this is a bug of the gateway; the node's log has what is needed to fix it");
  }

  static Throwable unwrap(Throwable failure) {
    var cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static HttpProblem of(StoreException store) {
    var detail = store.getMessage() == null ? "" : store.getMessage();
    return switch (store.kind()) {
      case NO_MAJORITY, BEHIND, CLOSED, DENIED -> HttpProblem.unavailable(detail);
      case UNKNOWN_INDEX -> HttpProblem.malformed(detail);
      case OUTCOME_UNKNOWN -> HttpProblem.outcomeUnknown(detail);
      case DISK_FULL -> HttpProblem.of(507, "disk-full", detail);
      case TOO_LARGE -> HttpProblem.of(413, "too-large", detail);
    };
  }
}
