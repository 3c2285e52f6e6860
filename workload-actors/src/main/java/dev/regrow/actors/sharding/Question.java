package dev.regrow.actors.sharding;

import dev.regrow.actors.workload.WorkloadCommand;
import dev.regrow.actors.workload.WorkloadReply;
import org.apache.pekko.actor.typed.ActorRef;

/** What a workload is asked, as often as it takes. */
public interface Question {

  /**
   * One attempt.
   *
   * @param number the same in each
   * @param since 0: the first
   */
  WorkloadCommand.Asking of(ActorRef<WorkloadReply> replyTo, long number, long since);
}
