package dev.regrow.actors.workload;

import dev.regrow.actors.workload.WorkloadCommand.Asking;
import dev.regrow.core.lifecycle.Answer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who asks, one after the other; each request once, however often it comes. */
final class WaitingLine {

  /** Changes that may wait for the one in flight; what comes on top is refused. */
  private static final int LENGTH_MAX = 256;

  private static final int REMEMBERED = 16;

  private final Deque<Asking> waiting = new ArrayDeque<>();

  /** Answers that may have been lost on their way. */
  private final Map<Long, WorkloadReply> answered = new LinkedHashMap<>();

  private @Nullable Asking served;

  void join(Asking request) {
    var answer = answered.get(request.number());
    if (answer != null) {
      request.replyTo().tell(answer);
    } else if (waits(request)) {
      return; // All its attempts are answered to the same place.
    } else if (waiting.size() < LENGTH_MAX) {
      waiting.add(request);
    } else {
      var full = declined(request, Answer.Why.UNAVAILABLE, "too many changes wait; try again");
      request.replyTo().tell(full);
    }
  }

  private boolean waits(Asking request) {
    return request.number() != 0
        && (isSame(served, request) || waiting.stream().anyMatch(one -> isSame(one, request)));
  }

  private static boolean isSame(@Nullable Asking one, Asking other) {
    return one != null && one.number() == other.number();
  }

  boolean isEmpty() {
    return served == null && waiting.isEmpty();
  }

  /** Whether somebody waits while nobody is served. */
  boolean hasNext() {
    return served == null && !waiting.isEmpty();
  }

  /** Serves the next one. */
  Asking next() {
    var next = waiting.remove();
    served = next;
    return next;
  }

  /** The request that is being decided on; answered exactly once. */
  @Nullable Asking served() {
    return served;
  }

  void answer(WorkloadReply reply) {
    if (served != null) {
      answer(served, reply);
    }
  }

  void refuse(Answer.Why why, String message) {
    if (served != null) {
      answer(served, declined(served, why, message));
    }
  }

  private void answer(Asking request, WorkloadReply reply) {
    served = null;
    request.replyTo().tell(reply);
    if (request.number() != 0) {
      answered.put(request.number(), reply);
      if (answered.size() > REMEMBERED) {
        answered.remove(answered.keySet().iterator().next());
      }
    }
  }

  /** Refuses whoever is served and whoever waits; they may come again. */
  void refuseAll(Answer.Why why, String message) {
    if (served != null) {
      waiting.addFirst(served);
      served = null;
    }
    waiting.forEach(request -> request.replyTo().tell(declined(request, why, message)));
    waiting.clear();
  }

  /** What was not done here may have been done elsewhere, if it came there before. */
  private static WorkloadReply declined(Asking request, Answer.Why why, String message) {
    boolean unsure =
        request.since() > 0 && (why == Answer.Why.UNAVAILABLE || why == Answer.Why.DISK_FULL);
    return new WorkloadReply.Declined((unsure ? Answer.Why.OUTCOME_UNKNOWN : why).name(), message);
  }
}
