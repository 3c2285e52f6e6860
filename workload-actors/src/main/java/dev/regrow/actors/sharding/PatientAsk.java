package dev.regrow.actors.sharding;

import dev.regrow.actors.workload.WorkloadCommand;
import dev.regrow.actors.workload.WorkloadReply;
import dev.regrow.core.lifecycle.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.RecipientRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks again until it is answered. Sharding drops what it holds for a shard that is being handed
 * off, and what was sent to a member that has just gone is lost, too; the number by which a
 * workload knows the question again makes that it is carried out once.
 */
final class PatientAsk {

  /** Longer than a write takes on a busy machine; an attempt too many costs little. */
  private static final Duration AGAIN = Duration.ofSeconds(1);

  /** Why any entity refuses what one does. A newer release may know other reasons than these. */
  private static final Set<String> FOR_ALL =
      Set.of(
          Answer.Why.OUTCOME_UNKNOWN.name(),
          Answer.Why.INVALID.name(),
          Answer.Why.TOO_LARGE.name());

  private final ActorSystem<?> system;
  private final LongSupplier storeIndex;

  /** Of what was answered here: this node's store may not have heard of it yet. */
  private final AtomicLong answered = new AtomicLong();

  private final Set<Open> unanswered = ConcurrentHashMap.newKeySet();

  PatientAsk(ActorSystem<?> system, LongSupplier storeIndex) {
    this.system = system;
    this.storeIndex = storeIndex;
    // Its timers end with it, so nothing else would end what is waited for.
    var unused =
        system
            .getWhenTerminated()
            .whenComplete((done, failure) -> List.copyOf(unanswered).forEach(Open::giveUp));
  }

  /**
   * Fails with a {@link TimeoutException} when the patience ends, or the system.
   *
   * @throws dev.regrow.actors.time.SystemEnded if it has ended before: nothing was asked
   */
  CompletionStage<WorkloadReply> ask(
      RecipientRef<WorkloadCommand> workload, Question question, Duration patience) {
    long number = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    long since = Math.max(1, Math.max(answered.get(), storeIndex.getAsLong()));
    var open = new Open(workload, question, number, since);
    var unused =
        AskPattern.ask(workload, open::first, patience, system.scheduler())
            .whenComplete(open::close);
    unanswered.add(open);
    if (system.getWhenTerminated().toCompletableFuture().isDone()) {
      open.giveUp();
    }
    // Only now: the answer may have been there before it was among the unanswered.
    return open.answer.whenComplete((reply, failure) -> unanswered.remove(open));
  }

  /** For tests of what is kept. */
  int waiting() {
    return unanswered.size();
  }

  private final class Open {
    private final RecipientRef<WorkloadCommand> workload;
    private final Question question;
    private final long number;
    private final long since;
    private final CompletableFuture<WorkloadReply> answer = new CompletableFuture<>();
    private int attempts = 1;
    private boolean ended;
    private volatile Cancellable next = Cancellable.alreadyCancelled();

    Open(RecipientRef<WorkloadCommand> workload, Question question, long number, long since) {
      this.workload = workload;
      this.question = question;
      this.number = number;
      this.since = since;
    }

    WorkloadCommand first(ActorRef<WorkloadReply> replyTo) {
      later(replyTo);
      return question.of(replyTo, number, 0);
    }

    private void later(ActorRef<WorkloadReply> replyTo) {
      next =
          system.scheduler().scheduleOnce(AGAIN, () -> again(replyTo), system.executionContext());
    }

    private void again(ActorRef<WorkloadReply> replyTo) {
      synchronized (this) {
        if (ended) {
          return;
        }
        attempts++;
      }
      workload.tell(question.of(replyTo, number, since));
      later(replyTo);
    }

    void close(@Nullable WorkloadReply reply, @Nullable Throwable failure) {
      next.cancel();
      if (reply instanceof WorkloadReply.Done done) {
        answered.accumulateAndGet(done.workload().getIndex(), Math::max);
      }
      boolean isOneAmongOthers = end() > 1;
      if (failure == null) {
        answer.complete(isOneAmongOthers ? ofOneAmongOthers(reply) : reply);
      } else {
        answer.completeExceptionally(failure);
      }
    }

    /** How many attempts there were; none leaves after a refusal that counts. */
    private synchronized int end() {
      ended = true;
      return attempts;
    }

    void giveUp() {
      close(null, new TimeoutException("this node's cluster system ended before an answer came"));
    }
  }

  /**
   * Attempts may come to two entities, of which one is not to be one any more: what that refuses,
   * or is too old to know, the other may have carried out.
   */
  private static @Nullable WorkloadReply ofOneAmongOthers(@Nullable WorkloadReply reply) {
    if (!(reply instanceof WorkloadReply.Declined declined) || FOR_ALL.contains(declined.why())) {
      return reply;
    }
    return new WorkloadReply.Declined(
        Answer.Why.OUTCOME_UNKNOWN.name(),
        "it had to be asked more than once, and whether it was carried out is not known: read it, then decide (the last word: %s)"
            .formatted(declined.message()));
  }
}
