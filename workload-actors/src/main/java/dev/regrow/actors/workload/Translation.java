package dev.regrow.actors.workload;

import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.core.codec.ContentsCodec;
import dev.regrow.core.codec.DeclaredCodec;
import dev.regrow.core.codec.LiveCodec;
import dev.regrow.core.lifecycle.Ask;
import dev.regrow.core.lifecycle.Effect;
import dev.regrow.core.lifecycle.Input;
import dev.regrow.core.lifecycle.Target;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.LeaseTerms;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.Occurrence;
import dev.regrow.core.model.Workload;
import dev.regrow.core.store.StoreException;
import dev.regrow.core.store.TxnResult;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Between the words of the link and those of the core. */
public final class Translation {

  private Translation() {}

  /** What a fact means to the workload that it is about. */
  public static Input input(NodeFact fact, long nowBootMillis) {
    if (fact instanceof NodeFact.Observed observed) {
      var live = LiveCodec.live(observed.instance(), observed.sequence(), nowBootMillis);
      return new Input.Observed(target(fact.nodeUid(), "", observed.assignment()), live);
    } else if (fact instanceof NodeFact.Refused refused) {
      var target = target(fact.nodeUid(), refused.summary().nodeName(), refused.assignment());
      return new Input.Refused(target, refused.reason());
    } else if (fact instanceof NodeFact.Happened happened) {
      var about = happened.assignment();
      return new Input.Happened(
          target(fact.nodeUid(), "", about),
          new Occurrence(
              happened.timeMillis(),
              happened.warning(),
              about.instanceId(),
              about.slot(),
              "",
              happened.reason(),
              happened.message()));
    }
    return new Input.Tick();
  }

  private static Target target(String nodeUid, String nodeName, AssignmentRef ref) {
    int slot = Integer.parseInt(ref.slot().substring(ref.slot().lastIndexOf('-') + 1));
    return new Target(
        new NodeRef(nodeUid, nodeName),
        ref.workloadUid(),
        new InstanceId(ref.instanceId()),
        slot,
        ref.revision(),
        ref.epoch());
  }

  /** The assignment that an order is about. */
  public static AssignmentRef ref(String namespace, String workload, Target target) {
    return new AssignmentRef(
        namespace,
        workload,
        target.workloadUid(),
        target.id().value(),
        workload + "-" + target.slot(),
        target.revision(),
        target.epoch());
  }

  /** The order to have an instance running. */
  public static NodeOrder.Run run(Workload workload, Effect.SendRun run) {
    // As it was when it was placed: else its lease would be one that nobody counts on.
    long lease = run.assignment().leaseMillis(run.policy());
    boolean usual = lease == LeaseTerms.LENGTH_MILLIS;
    return new NodeOrder.Run(
        ref(workload.namespace(), workload.name(), run.target()),
        DeclaredCodec.ordered(run.revision().template()),
        DeclaredCodec.restart(workload.rest()),
        usual,
        run.assignment().restartGeneration(),
        usual ? 0 : lease);
  }

  static Input.Asked asked(WorkloadCommand.Asking asking) {
    return new Input.Asked(
        0, ask(asking), expect(asking.expect()), new Ask.Attempt(asking.number(), asking.since()));
  }

  private static Ask ask(WorkloadCommand.Asking asking) {
    if (asking instanceof WorkloadCommand.Apply apply) {
      return new Ask.Apply(
          DeclaredCodec.declared(
              apply.declared(), ContentsCodec.byPath(apply.contents()), apply.imageDigest()),
          apply.uid());
    } else if (asking instanceof WorkloadCommand.Scale scale) {
      return new Ask.Scale(scale.replicas());
    } else if (asking instanceof WorkloadCommand.Rollback rollback) {
      return new Ask.Rollback(rollback.revision());
    } else if (asking instanceof WorkloadCommand.Restart) {
      return new Ask.Restart();
    }
    return new Ask.Delete();
  }

  private static Ask.Expect expect(long expect) {
    if (expect == WorkloadCommand.ABSENT) {
      return new Ask.Expect.Absent();
    }
    return expect == WorkloadCommand.NOTHING ? Ask.Expect.NOTHING : new Ask.Expect.IndexIs(expect);
  }

  /** What came of a commit. */
  public static Input committed(@Nullable TxnResult result, @Nullable Throwable failure) {
    if (failure != null) {
      var cause = cause(failure);
      return new Input.CommitFailed(kind(cause), said(cause));
    }
    if (result instanceof TxnResult.Committed committed) {
      return new Input.CommitSucceeded(committed.index());
    }
    return new Input.CommitFailed(Input.Cause.CHANGED, "the workload was changed meanwhile");
  }

  static Throwable cause(Throwable failure) {
    var cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  static Input.Cause kind(Throwable failure) {
    if (!(failure instanceof StoreException store)) {
      return Input.Cause.OUTCOME_UNKNOWN;
    }
    return switch (store.kind()) {
      case OUTCOME_UNKNOWN -> Input.Cause.OUTCOME_UNKNOWN;
      case DISK_FULL -> Input.Cause.DISK_FULL;
      case TOO_LARGE -> Input.Cause.TOO_LARGE;
      case NO_MAJORITY, BEHIND, UNKNOWN_INDEX, CLOSED, DENIED -> Input.Cause.UNAVAILABLE;
    };
  }

  static String said(Throwable failure) {
    var message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
