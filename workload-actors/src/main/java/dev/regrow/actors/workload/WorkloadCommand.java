package dev.regrow.actors.workload;

import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.wire.Tag;
import dev.regrow.actors.wire.WireMessage;
import dev.regrow.core.lifecycle.Answer;
import dev.regrow.core.lifecycle.Input;
import dev.regrow.v1.Workload;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/** What a workload entity is told. */
public interface WorkloadCommand {

  /** Comes from anywhere in the cluster. */
  interface Remote extends WorkloadCommand, WireMessage {}

  /** Somebody waits for an answer. */
  interface Asking extends Remote {
    /**
     * What must hold: -1 nothing, -2 that there is no such workload, else that its index is this.
     */
    long expect();

    ActorRef<WorkloadReply> replyTo();

    /** Of this request alone; the same each time that it comes. 0: it comes once. */
    long number();

    /**
     * 0 when it comes for the first time; else the store's index, or one before it, when it did.
     */
    long since();
  }

  long NOTHING = -1;
  long ABSENT = -2;

  /**
   * @param uid of the workload, should it be new
   * @param contents the hashes of what it refers to, by paths as {@code config/web}
   * @param imageDigest what its image's tag stands for; empty: it has none, or stays what it was
   */
  record Apply(
      @Tag(1) Workload declared,
      @Tag(2) String uid,
      @Tag(3) long expect,
      @Tag(4) ActorRef<WorkloadReply> replyTo,
      @Tag(5) Map<String, String> contents,
      @Tag(6) String imageDigest,
      @Tag(7) long number,
      @Tag(8) long since)
      implements Asking {}

  record Scale(
      @Tag(1) int replicas,
      @Tag(2) long expect,
      @Tag(3) ActorRef<WorkloadReply> replyTo,
      @Tag(4) long number,
      @Tag(5) long since)
      implements Asking {}

  record Rollback(
      @Tag(1) long revision,
      @Tag(2) long expect,
      @Tag(3) ActorRef<WorkloadReply> replyTo,
      @Tag(4) long number,
      @Tag(5) long since)
      implements Asking {}

  record Restart(
      @Tag(1) long expect,
      @Tag(2) ActorRef<WorkloadReply> replyTo,
      @Tag(3) long number,
      @Tag(4) long since)
      implements Asking {}

  record Delete(
      @Tag(1) long expect,
      @Tag(2) ActorRef<WorkloadReply> replyTo,
      @Tag(3) long number,
      @Tag(4) long since)
      implements Asking {}

  /** A node has spoken. */
  record Learn(@Tag(1) NodeFact fact) implements Remote {}

  /** There may be something to do. */
  record Wake() implements Remote {}

  /** Something has changed that it may use. */
  record ContentsChanged() implements Remote {}

  /** A node is gone, or there again. */
  record NodeChanged(@Tag(1) String nodeUid, @Tag(2) boolean lost) implements Remote {}

  /** Only from the entity to itself: something for the machine. */
  record Learned(Input input) implements WorkloadCommand {}

  /**
   * Only from the entity to itself: what the store says of what an answer is based on.
   *
   * @param number of the decision
   */
  record Confirmed(long number, Answer answer, boolean isSo) implements WorkloadCommand {}

  /** Only from the entity to itself: what was learned is to be judged. */
  enum Look implements WorkloadCommand {
    INSTANCE
  }

  /** Only from the entity to itself: the records could not be read. */
  record LoadFailed(Throwable cause) implements WorkloadCommand {}

  /** Only from the entity to itself: nobody has told it anything for a while. */
  enum Idle implements WorkloadCommand {
    INSTANCE
  }

  /** The shard lets it go, or moves elsewhere: what comes from then on does not arrive. */
  enum Goodbye implements WorkloadCommand {
    INSTANCE
  }
}
