package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Assignment.Intent;
import dev.regrow.core.model.Assignment.Lease;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Opaque;
import dev.regrow.core.model.PlaceKey;
import dev.regrow.core.placement.Fleet;
import dev.regrow.core.placement.Placed;
import dev.regrow.core.placement.Placement;
import dev.regrow.core.placement.Siblings;
import dev.regrow.core.reconcile.Goal;
import dev.regrow.core.reconcile.Member;
import dev.regrow.core.reconcile.Reconcile;
import dev.regrow.core.reconcile.Standing;
import dev.regrow.core.reconcile.Step;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Carries the steps of the reconciler out on a draft: places, stops, strikes off. */
final class Pump {

  /** Events of one kind written per commit; the rest is one more event with their number. */
  private static final int NOTES_MAX = 32;

  private final Draft draft;
  private final long now;
  private final Siblings siblings;
  private final SortedMap<Integer, String> unplaced = new TreeMap<>();
  private Fleet nodes;
  private Soft soft;
  private int placed;
  private int stopped;

  private Pump(Draft draft, Soft soft) {
    this.draft = draft;
    this.soft = soft;
    now = draft.world.now().bootMillis();
    nodes = draft.world.nodes();
    siblings = new Siblings(nodes, draft.the().policy().placement());
  }

  /** Those that are about to go, or are gone with their node, keep nobody from anywhere. */
  private void countSiblings(Collection<Member> members) {
    for (var member : members) {
      var assignment = draft.assignments().get(member.id());
      boolean counts = member.alive() && !member.stopping() && !member.leaving();
      if (assignment != null && counts && member.standing() != Standing.LOST) {
        siblings.add(assignment.node().uid(), member.current());
      }
    }
  }

  /** Brings the draft one round closer to its goal; returns what to remember. */
  static Soft run(Draft draft, Soft soft) {
    var pump = new Pump(draft, soft);
    return pump.run();
  }

  private Soft run() {
    var workload = draft.the();
    if (workload.deleted() && draft.assignments().isEmpty()) {
      draft.dropWorkload();
      return soft;
    }
    var goal = new Goal(workload.replicas(), workload.deleted(), workload.policy());
    var members =
        members(draft, soft).stream().map(m -> m.sharingData(sharesData(m.id()))).toList();
    countSiblings(members);
    for (var step : Reconcile.steps(goal, members, held(), this::hasRoom)) {
      carryOut(step);
    }
    summarise(placed, "Placed", "%d more instances were placed");
    summarise(stopped, "Stopping", "%d more instances are stopped");
    noteUnplaced();
    return soft.withUnplaced(unplaced);
  }

  /** Whether what is started now would mount a volume that this one mounts. */
  private boolean sharesData(InstanceId id) {
    var assignment = draft.assignments().get(id);
    var revision = assignment == null ? null : draft.revisions().get(assignment.revision());
    return revision != null
        && !Collections.disjoint(revision.template().volumes(), draft.template().volumes());
  }

  /** What keeps its data on a node has no room anywhere else. */
  private boolean hasRoom() {
    return draft.template().volumes().isEmpty() && Placement.possible(request(Map.of()), nodes);
  }

  private Placement.Request request(Map<String, String> avoided) {
    var workload = draft.the();
    return new Placement.Request(
        draft.template().demand(),
        workload.policy().placement(),
        siblings,
        avoided,
        (workload.uid() + " " + workload.instancesMade()).hashCode());
  }

  static Collection<Member> members(Draft draft, Soft soft) {
    return draft.assignments().values().stream()
        .map(
            a ->
                Standings.member(
                    draft.the(),
                    a,
                    soft.live().get(a.id()),
                    soft.lost().get(a.node().uid()),
                    soft.leases().get(a.id()),
                    draft.world))
        .toList();
  }

  private Set<Integer> held() {
    var held = new HashSet<Integer>();
    soft.holds()
        .forEach(
            (slot, hold) -> {
              if (hold.untilBootMillis() > now) {
                held.add(slot);
              }
            });
    return held;
  }

  private void carryOut(Step step) {
    if (step instanceof Step.Start start) {
      start(start.slot(), start.reason());
    } else if (step instanceof Step.Stop stop) {
      stop(stop.id(), stop.reason());
    } else if (step instanceof Step.Expire expire) {
      expire(expire.id(), expire.reason());
    } else if (step instanceof Step.Remove remove) {
      remove(remove.id(), remove.reason());
    } else if (step instanceof Step.WriteDown ended) {
      var live = soft.live().get(ended.id());
      if (live != null && live.end() != null) {
        draft.recordEnd(ended.id(), live.end());
      }
    }
  }

  private void start(int slot, Step.Reason reason) {
    var workload = draft.the();
    var where =
        Pins.place(draft.template().volumes(), draft.places(), slot, request(avoided(slot)), nodes);
    if (where instanceof Placed.Nowhere nowhere) {
      unplaced.put(slot, nowhere.why());
      return;
    }
    var on = (Placed.On) where;
    var id = InstanceId.of(workload.name(), workload.uid(), slot, workload.instancesMade());
    draft.progress(workload.withOneMoreInstance());
    var assignment =
        new Assignment(
            id,
            slot,
            workload.rollout().revision(),
            workload.rollout().restartGeneration(),
            on.node(),
            Intent.RUN,
            "%s: %s".formatted(reason.words(), on.why()),
            draft.world.now().wallMillis(),
            workload.policy().leased() ? Lease.HELD : Lease.NONE,
            workload.policy().leaseMillis(),
            null,
            0,
            Opaque.EMPTY);
    draft.assign(assignment);
    for (var volume : draft.template().volumes()) {
      var key = new PlaceKey(volume, slot);
      if (!draft.places().containsKey(key)) {
        draft.place(key, on.node());
      }
    }
    siblings.add(on.node().uid(), true);
    nodes = nodes.debited(on.node().uid(), draft.template().demand());
    if (placed++ < NOTES_MAX) {
      var message = "On %s (%s), because: %s".formatted(on.node().name(), on.why(), reason.words());
      draft.note(false, assignment, "Placed", message);
    }
  }

  private Map<String, String> avoided(int slot) {
    var hold = soft.holds().get(slot);
    // A refusal is remembered for as long again as it held the slot.
    return hold == null || now - hold.untilBootMillis() > Holds.AVOID_MILLIS
        ? Map.of()
        : hold.refusals();
  }

  private void stop(InstanceId id, Step.Reason reason) {
    draft.stop(id, reason.words());
    var assignment = draft.assignments().get(id);
    if (assignment != null && stopped++ < NOTES_MAX) {
      draft.note(false, assignment, "Stopping", "Stopped, because: " + reason.words());
    }
  }

  private void expire(InstanceId id, Step.Reason reason) {
    var assignment = draft.assignments().get(id);
    if (assignment != null && stopped++ < NOTES_MAX) {
      draft.note(true, assignment, "Lost", Leases.words(draft.the(), assignment));
    }
    draft.expire(id, reason.words());
  }

  private void remove(InstanceId id, Step.Reason reason) {
    var assignment = draft.assignments().get(id);
    if (assignment != null && reason == Step.Reason.GAVE_UP) {
      draft.note(true, assignment, "Replaced", "Replaced, because " + reason.words());
      soft = soft.withHold(assignment.slot(), Holds.afterEnd(soft, assignment, now));
    }
    draft.strikeOff(id);
  }

  private void summarise(int count, String reason, String message) {
    if (count > NOTES_MAX) {
      draft.note(false, reason, message.formatted(count - NOTES_MAX));
    }
  }

  private void noteUnplaced() {
    var fresh = new ArrayList<>(unplaced.keySet());
    fresh.removeAll(soft.unplaced().keySet());
    if (fresh.isEmpty()) {
      return;
    }
    int first = fresh.get(0);
    var others = fresh.size() == 1 ? "" : " and %d more".formatted(fresh.size() - 1);
    draft.note(
        true,
        "",
        draft.the().slotName(first),
        "",
        "Unplaceable",
        "%s%s cannot be placed: %s"
            .formatted(draft.the().slotName(first), others, unplaced.get(first)));
  }
}
