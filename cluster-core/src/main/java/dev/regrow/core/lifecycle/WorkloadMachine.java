package dev.regrow.core.lifecycle;

import dev.regrow.core.lifecycle.Answer.Why;
import dev.regrow.core.lifecycle.Requests.Verdict;
import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Backoff;
import dev.regrow.core.model.ContentRef;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.Now;
import dev.regrow.core.model.Records;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The life of one workload: what was asked and learned in, what to do out.
 *
 * <pre>
 *            Asked, Observed, Tick ...             CommitSucceeded
 *   at rest ───────────────────────▶ committing ──────────────────▶ orders and replies leave, at rest
 *      ▲                                 │ CommitFailed(CHANGED)
 *      └──────────── Loaded ◀── Reload ──┘
 * </pre>
 *
 * <p>At most one commit is in flight; what is learned meanwhile is remembered and decided on after
 * it. No order leaves before the commit that made its assignment, and every decision is made from
 * all that is known, never from the input alone: a lost input costs delay, never correctness.
 */
public final class WorkloadMachine {

  private static final Backoff STORE = new Backoff(250, 10_000);

  private WorkloadMachine() {}

  /** One step. Total: every input is fine in every state, except asking while busy. */
  public static Decision step(WorkloadState state, Input input, World world) {
    if (input instanceof Input.Asked asked) {
      return asked(state, asked, world);
    } else if (input instanceof Input.CommitSucceeded succeeded) {
      return committed(state, succeeded.index(), world);
    } else if (input instanceof Input.CommitFailed failed) {
      return failed(state, failed, world);
    } else if (input instanceof Input.Loaded loaded) {
      return pump(reading(state, loaded.records()), world, List.of());
    } else if (input instanceof Input.Observed
        || input instanceof Input.Refused
        || input instanceof Input.Happened) {
      return Facts.learn(state, input, world);
    } else if (input instanceof Input.ContentsRead read) {
      return contents(state, read.present(), world);
    } else if (input instanceof Input.NodeLost lost) {
      return pump(Pacing.announced(gone(state, lost.nodeUid(), world), world), world, List.of());
    } else if (input instanceof Input.LeaseHeard heard) {
      return pump(Leases.heard(state, heard, world), world, List.of());
    } else if (input instanceof Input.NodeBack back) {
      return pump(returned(state, back.nodeUid(), world), world, List.of());
    }
    return pump(state, world, List.of());
  }

  /** While a commit is in flight this is dropped: the sweep compares again. */
  private static Decision contents(
      WorkloadState state, SortedMap<ContentRef, String> present, World world) {
    if (state.busy() || state.records().workload() == null) {
      return pump(state, world, List.of());
    }
    var draft = new Draft(state.records(), world);
    Contents.takeIn(draft, present); // Its own commit follows in advance().
    return advance(state, draft, null, world, List.of());
  }

  private static WorkloadState gone(WorkloadState state, String nodeUid, World world) {
    long now = world.now().bootMillis();
    return state.with(state.soft().withLost(map -> map.putIfAbsent(nodeUid, now)));
  }

  /** What was replaced meanwhile is asked how it is: what was last heard of it is old. */
  private static WorkloadState returned(WorkloadState state, String nodeUid, World world) {
    var since = state.soft().lost().get(nodeUid);
    var workload = state.records().workload();
    var soft = state.soft().withLost(map -> map.remove(nodeUid));
    if (since == null || workload == null) {
      return state.with(soft);
    }
    boolean replaced = world.now().bootMillis() - since >= workload.policy().lostAfterMillis();
    for (var assignment : state.records().assignments().values()) {
      if (replaced && assignment.node().uid().equals(nodeUid) && assignment.ended() == null) {
        soft = soft.unheard(assignment.id());
      }
    }
    return state.with(soft);
  }

  private static Decision asked(WorkloadState state, Input.Asked asked, World world) {
    if (state.busy()) {
      var answer = new Answer.Refused(Why.UNAVAILABLE, "a change is in flight; try again");
      return new Decision(state, List.of(new Effect.Reply(asked.token(), answer)));
    }
    var draft = new Draft(state.records(), world);
    var verdict = Requests.decide(state, draft, asked);
    if (verdict instanceof Verdict.No no) {
      return confirming(state, asked, new Answer.Refused(no.why(), no.message()));
    }
    if (verdict instanceof Verdict.Already already) {
      return confirming(state, asked, new Answer.Done(already.outcome(), state.records()));
    }
    var outcome = ((Verdict.Yes) verdict).outcome();
    return advance(state, draft, new InFlight.Pending(asked.token(), outcome), world, List.of());
  }

  private static Decision confirming(WorkloadState state, Input.Asked asked, Answer answer) {
    return new Decision(state, List.of(new Effect.Confirm(modIndex(state), asked.token(), answer)));
  }

  private static long modIndex(WorkloadState state) {
    var workload = state.records().workload();
    return workload == null ? 0 : workload.modIndex();
  }

  /** Looks at everything and does what there is to do. */
  static Decision pump(WorkloadState state, World world, List<Effect> first) {
    if (state.busy()) {
      return new Decision(state, first);
    }
    if (state.records().workload() == null
        || state.soft().store().untilBootMillis() > world.now().bootMillis()) {
      return rest(state, world, first);
    }
    return advance(state, new Draft(state.records(), world), null, world, first);
  }

  private static Decision advance(
      WorkloadState state,
      Draft draft,
      InFlight.@Nullable Pending pending,
      World world,
      List<Effect> first) {
    long now = world.now().bootMillis();
    boolean deleting = pending != null && draft.the().deleted();
    var soft = state.soft();
    // A delete is answered by its tombstone, before there is nothing left to answer with.
    if (!deleting || !draft.assignments().isEmpty()) {
      soft = Pump.run(draft, soft);
    }
    if (draft.workload() != null && !draft.the().deleted()) {
      soft = soft.with(Rollouts.judge(draft, soft, now));
    }
    if (draft.workload() != null) {
      soft = Facts.writeDown(draft, soft, now);
    }
    var next = state.with(soft);
    if (draft.isEmpty()) {
      return rest(next, world, first);
    }
    var effects = new ArrayList<>(first);
    effects.add(new Effect.Commit(modIndex(state), draft.changes()));
    return new Decision(next.committing(new InFlight(draft.changes(), pending)), effects);
  }

  private static Decision committed(WorkloadState state, long index, World world) {
    var inFlight = state.inFlight();
    if (inFlight == null) {
      return pump(state, world, List.of());
    }
    var records = state.records().after(inFlight.changes(), index);
    var soft = state.soft().with(new Soft.StorePause(0, 0)).only(records.assignments());
    var next = state.idle().with(records).with(soft);
    var effects = new ArrayList<Effect>();
    next = Orders.afterCommit(state, next, inFlight.changes(), world, effects);
    var pending = inFlight.pending();
    if (pending != null) {
      effects.add(new Effect.Reply(pending.token(), new Answer.Done(pending.outcome(), records)));
    }
    return pump(next, world, effects);
  }

  private static Decision failed(WorkloadState state, Input.CommitFailed failed, World world) {
    var inFlight = state.inFlight();
    if (inFlight == null) {
      return pump(state, world, List.of());
    }
    var pending = inFlight.pending();
    if (failed.cause() == Input.Cause.CHANGED) {
      return new Decision(state.idle(), List.of(new Effect.Reload(pending != null)));
    }
    var effects = new ArrayList<Effect>();
    if (pending != null) {
      effects.add(
          new Effect.Reply(
              pending.token(), new Answer.Refused(why(failed.cause()), failed.message())));
    }
    var next = paused(state.idle(), world);
    if (failed.cause() == Input.Cause.OUTCOME_UNKNOWN) {
      effects.add(new Effect.Reload(false));
      return new Decision(next, effects);
    }
    return rest(next, world, effects);
  }

  private static WorkloadState paused(WorkloadState state, World world) {
    int failures = state.soft().store().failures();
    long wait = STORE.millis(failures, state.name().hashCode() + failures);
    return state.with(
        state.soft().with(new Soft.StorePause(world.now().bootMillis() + wait, failures + 1)));
  }

  private static Why why(Input.Cause cause) {
    return switch (cause) {
      case OUTCOME_UNKNOWN -> Why.OUTCOME_UNKNOWN;
      case DISK_FULL -> Why.DISK_FULL;
      case TOO_LARGE -> Why.TOO_LARGE;
      case UNAVAILABLE, CHANGED -> Why.UNAVAILABLE;
    };
  }

  /** Nothing to store: sends again what was not answered, and waits. */
  private static Decision rest(WorkloadState state, World world, List<Effect> first) {
    var orders = new ArrayList<Effect>();
    var next = Leases.watch(Orders.again(state, world, orders), world, orders);
    long wake = Timers.next(next, world);
    var effects = new ArrayList<Effect>();
    // The alarm first: whoever sees an order or a reply knows that it is set.
    effects.add(wake == Timers.NEVER ? new Effect.ClearTimer() : new Effect.ArmTimer(wake));
    effects.addAll(first);
    effects.addAll(orders);
    return new Decision(next, effects);
  }

  /** Whether nothing is to be done or waited for: the entity may go. */
  public static boolean atPeace(WorkloadState state, World world) {
    return !state.busy() && Timers.next(state, world) == Timers.NEVER;
  }

  /** Takes back an assignment that its node does not take, and places anew. */
  static Decision withdraw(WorkloadState state, Assignment refused, String reason, World world) {
    var draft = new Draft(state.records(), world);
    draft.note(
        true, refused, "Refused", "Refused by %s: %s".formatted(refused.node().name(), reason));
    if (draft.the().policy().exclusive()) {
      // An order that is still on its way must not start it after another was placed.
      draft.stop(refused.id(), "its node refused it");
    } else {
      draft.strikeOff(refused.id());
    }
    return advance(state, draft, null, world, List.of());
  }

  /** What was heard of an instance while its records were read. */
  public static WorkloadState knowing(WorkloadState state, InstanceId id, Live live) {
    return state.with(state.soft().withLive(id, live));
  }

  /** A node that is gone since now, or was already. */
  public static WorkloadState missing(WorkloadState state, String nodeUid, Now now) {
    return state.with(state.soft().withLost(map -> map.putIfAbsent(nodeUid, now.bootMillis())));
  }

  /** The uids of the nodes that it takes for gone. */
  public static Set<String> missing(WorkloadState state) {
    return Set.copyOf(state.soft().lost().keySet());
  }

  /** A node that people took out of the cluster: what it had is lost at once. */
  public static WorkloadState gone(WorkloadState state, String nodeUid) {
    return state.with(state.soft().withLost(map -> map.put(nodeUid, Long.MIN_VALUE / 2)));
  }

  /** The records were read again, and a request is decided on first. */
  public static WorkloadState reading(WorkloadState state, Records records) {
    return state.idle().with(records).with(state.soft().only(records.assignments()));
  }
}
