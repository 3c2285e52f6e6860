package dev.regrow.actors.instance;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.RunningInstance;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** Puts what happens to an instance into reports for the agent. */
final class Teller {

  private final ActorRef<Report> agent;
  private final NodeClock clock;
  private final InstanceStatus status;

  Teller(ActorRef<Report> agent, NodeClock clock, InstanceStatus status) {
    this.agent = agent;
    this.clock = clock;
    this.status = status;
  }

  void changed(InstanceMemory memory, @Nullable RunningInstance process) {
    agent.tell(new Report.Changed(memory.assignment(), status.toInstance(), process, false));
  }

  void over(InstanceMemory memory) {
    agent.tell(new Report.Changed(memory.assignment(), status.toInstance(), null, true));
  }

  void leaseWanted(InstanceMemory memory) {
    agent.tell(new Report.LeaseWanted(memory.assignment()));
  }

  void happened(InstanceMemory memory, String reason, String message) {
    agent.tell(new Report.Happened(memory.assignment(), clock.wall(), reason, message, false));
  }

  void warned(InstanceMemory memory, String reason, String message) {
    agent.tell(new Report.Happened(memory.assignment(), clock.wall(), reason, message, true));
  }

  void ended(InstanceMemory memory, Ended ended) {
    agent.tell(
        new Report.Happened(
            memory.assignment(),
            ended.finishedAt(),
            Words.eventOf(ended.reason()),
            Words.of(ended),
            ended.reason() != Ended.Reason.COMPLETED));
  }
}
