package dev.regrow.actors.workload;

import dev.regrow.actors.wire.Tag;
import dev.regrow.actors.wire.WireMessage;
import dev.regrow.v1.Workload;

/** What a workload entity answers. */
public interface WorkloadReply extends WireMessage {

  /**
   * It is so, on the disks of a majority.
   *
   * @param workload with its status
   * @param outcome the name of an {@link dev.regrow.core.lifecycle.Answer.Outcome}
   */
  record Done(@Tag(1) Workload workload, @Tag(2) String outcome) implements WorkloadReply {}

  /**
   * @param why the name of an {@link dev.regrow.core.lifecycle.Answer.Why}
   */
  record Declined(@Tag(1) String why, @Tag(2) String message) implements WorkloadReply {}
}
