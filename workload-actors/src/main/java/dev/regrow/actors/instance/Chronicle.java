package dev.regrow.actors.instance;

import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.Ended;
import dev.regrow.runtime.RunningInstance;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** Keeps what is known of an instance, and reports each change of it to the agent. */
final class Chronicle {

  private final ActorRef<Report> agent;
  private final NodeClock clock;
  private final InstanceStatus status;
  private InstanceMemory memory;

  /** That runs, as far as was reported. */
  private @Nullable RunningInstance process;

  /** How the last attempt ended, until {@link #tellEnd}. */
  private @Nullable Ended untold;

  private boolean over;

  Chronicle(ActorRef<Report> agent, SupervisedNode node, InstanceMemory memory) {
    this.agent = agent;
    this.clock = node.clock();
    this.memory = memory;
    this.status = new InstanceStatus(memory.assignment(), node.name(), memory);
  }

  InstanceMemory memory() {
    return memory;
  }

  /** How it is now. */
  void tell() {
    agent.tell(new Report.Changed(memory.assignment(), status.toInstance(), process, over));
  }

  void happened(String reason, String message) {
    agent.tell(new Report.Happened(memory.assignment(), clock.wall(), reason, message, false));
  }

  void warned(String reason, String message) {
    agent.tell(new Report.Happened(memory.assignment(), clock.wall(), reason, message, true));
  }

  /** Its order is this one; it is told with what is told next. */
  void reordered(NodeOrder.Run ordered) {
    memory = memory.orderedBy(ordered);
    status.reordered(ordered.assignment());
  }

  void awaitingLease() {
    status.awaitingLease();
    tell();
    agent.tell(new Report.LeaseWanted(memory.assignment()));
  }

  int nextAttempt() {
    return status.attempt() + 1;
  }

  void starting(int attempt) {
    status.starting(attempt);
    tell();
  }

  void pulling(PullCare.Seen seen) {
    status.pulling(seen.progress());
    if (seen.first()) {
      happened("Pulling", Words.name(seen.progress().reference()));
    }
    tell();
  }

  void adopted(RunningInstance left, boolean ready) {
    runs(left, ready);
    happened("Adopted", "pid %d, attempt %d".formatted(left.pid(), left.attempt()));
    tell();
  }

  void started(RunningInstance launched, boolean ready) {
    runs(launched, ready);
    happened("Started", "attempt %d, pid %d".formatted(launched.attempt(), launched.pid()));
    tell();
  }

  /** A process lives; it is told with what is told next. */
  void runs(RunningInstance launched, boolean ready) {
    process = launched;
    status.running(launched, ready);
  }

  void ready(boolean ready, String why) {
    status.ready(ready, why);
    if (ready) {
      happened("Ready", "its probe succeeds");
    } else {
      warned("NotReady", why);
    }
    tell();
  }

  void stopping(String why) {
    status.stopping(why);
    tell();
  }

  /** No process lives any more; {@link #tellEnd} says how it ended, when nothing waits for that. */
  void ended(Ended how) {
    process = null;
    untold = how;
    memory = memory.after(status.ended(how), memory.streak());
  }

  void tellEnd() {
    var how = untold;
    untold = null;
    if (how != null) {
      agent.tell(
          new Report.Happened(
              memory.assignment(),
              how.finishedAt(),
              Words.eventOf(how.reason()),
              Words.of(how),
              how.reason() != Ended.Reason.COMPLETED));
    }
  }

  /** It ended, and nobody can say whether it is to run again. */
  void pending() {
    status.pending();
    tellEnd();
    tell();
  }

  /**
   * It is to start again.
   *
   * @param streak how many restarts in a row this one makes
   */
  void restarting(int streak) {
    memory = memory.after(memory.last(), streak);
  }

  void backingOff(Duration wait) {
    status.backoff(clock.wall().plus(wait));
    happened("BackingOff", Words.of(wait));
    tell();
  }

  void over(boolean failed) {
    status.over(failed);
    process = null;
    over = true;
    tell();
  }
}
