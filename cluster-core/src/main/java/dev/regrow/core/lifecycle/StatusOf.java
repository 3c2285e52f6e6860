package dev.regrow.core.lifecycle;

import dev.regrow.core.lifecycle.Status.Phase;
import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.Records;
import dev.regrow.core.model.Workload;
import dev.regrow.core.reconcile.Member;
import dev.regrow.core.reconcile.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tells a workload's status from what is stored, what nodes say and where there is room. */
public final class StatusOf {

  private final Workload workload;
  private final Records records;
  private final Map<InstanceId, Live> live;
  private final World world;
  private final Map<Integer, List<Seen>> slots = new TreeMap<>();
  private int updated;
  private int running;
  private int ready;
  private int succeeded;
  private int failed;
  private int stopping;

  private record Seen(Assignment assignment, Member member, Live.Phase phase, String words) {}

  private StatusOf(
      Workload workload,
      Records records,
      Map<InstanceId, Live> live,
      Set<String> lostNodes,
      World world) {
    this.workload = workload;
    this.records = records;
    this.live = live;
    this.world = world;
    records.assignments().values().forEach(assignment -> takeIn(assignment, lostNodes));
  }

  /**
   * @param lostNodes uids of nodes that are gone
   */
  public static Status of(
      Workload workload,
      Records records,
      Map<InstanceId, Live> live,
      Set<String> lostNodes,
      World world) {
    return new StatusOf(workload, records, live, lostNodes, world).status();
  }

  /**
   * The slots that are to be filled and for which no node has room, each with the reason.
   *
   * @param lostNodes uids of nodes that are gone
   */
  public static SortedMap<Integer, String> unplaced(
      Workload workload,
      Records records,
      Map<InstanceId, Live> live,
      Set<String> lostNodes,
      World world) {
    var status = new StatusOf(workload, records, live, lostNodes, world);
    var unplaced = new TreeMap<Integer, String>();
    if (workload.deleted() || status.slots.size() >= workload.replicas()) {
      return unplaced;
    }
    var why = world.nowhere(workload, records);
    for (int slot = 0; why != null && slot < workload.replicas(); slot++) {
      if (!status.slots.containsKey(slot)) {
        unplaced.put(slot, why);
      }
    }
    return unplaced;
  }

  private void takeIn(Assignment assignment, Set<String> lostNodes) {
    var heard = live.get(assignment.id());
    var lostSince = lostNodes.contains(assignment.node().uid()) ? Long.MIN_VALUE / 2 : null;
    var member = Standings.member(workload, assignment, heard, lostSince, null, world);
    var phase = heard == null ? Live.Phase.PENDING : heard.phase();
    count(member, phase);
    if (!member.stopping() && member.slot() < workload.replicas()) {
      var words = heard == null ? "not yet reported by its node" : words(member, heard);
      slots
          .computeIfAbsent(member.slot(), slot -> new ArrayList<>())
          .add(new Seen(assignment, member, phase, words));
    }
  }

  private void count(Member member, Live.Phase phase) {
    boolean lost = member.standing() == Standing.LOST;
    stopping += member.stopping() ? 1 : 0;
    succeeded += member.standing() == Standing.SUCCEEDED && !member.stopping() ? 1 : 0;
    failed += member.standing() == Standing.FAILED && !member.stopping() ? 1 : 0;
    updated += member.current() && !member.stopping() && !lost ? 1 : 0;
    running += phase == Live.Phase.RUNNING && !lost && !member.standing().ended() ? 1 : 0;
    ready += member.standing() == Standing.READY && !member.stopping() ? 1 : 0;
  }

  private static String words(Member member, Live heard) {
    var words =
        member.standing() == Standing.LOST
            ? "its node is gone"
            : heard.phase().name().toLowerCase(Locale.ROOT);
    return heard.message().isEmpty() ? words : words + ": " + heard.message();
  }

  private Status status() {
    var phase = phase();
    var done = phase == Phase.READY || phase == Phase.COMPLETE;
    return new Status(
        phase,
        reason(phase),
        done ? "" : message(phase),
        workload.rollout().rolledOut(),
        workload.modIndex(),
        workload.replicas(),
        updated,
        running,
        ready,
        succeeded,
        failed);
  }

  private Phase phase() {
    int desired = workload.replicas();
    var rollout = workload.rollout();
    if (workload.deleted()) {
      return Phase.STOPPING;
    }
    if (desired > 0 && succeeded + failed >= desired && allEnded()) {
      return failed > 0 ? Phase.FAILED : Phase.COMPLETE;
    }
    if (rollout.done() && serving() == desired && allCurrent()) {
      return rollout.revertedFrom() == 0 ? Phase.READY : Phase.REVERTED;
    }
    if (rollout.stalled() == rollout.revision()) {
      return Phase.DEGRADED;
    }
    if (desired > 0 && slots.isEmpty() && world.nowhere(workload, records) != null) {
      return Phase.PENDING;
    }
    return rollout.done() && allCurrent() && !comingUp() ? Phase.DEGRADED : Phase.PROGRESSING;
  }

  private boolean allEnded() {
    return slots.size() == workload.replicas()
        && slots.values().stream()
            .flatMap(List::stream)
            .allMatch(seen -> seen.member().current() && seen.member().standing().ended());
  }

  private int serving() {
    return (int)
        slots.values().stream()
            .filter(seen -> seen.stream().anyMatch(s -> s.member().current() && serves(s)))
            .count();
  }

  private static boolean serves(Seen seen) {
    return seen.member().standing() == Standing.READY
        || seen.member().standing() == Standing.SUCCEEDED;
  }

  private boolean allCurrent() {
    return slots.values().stream().flatMap(List::stream).allMatch(s -> s.member().current());
  }

  /** What is missing was just placed, or will be in a moment: nothing has gone wrong. */
  private boolean comingUp() {
    boolean fresh =
        slots.values().stream()
            .flatMap(List::stream)
            .filter(seen -> !serves(seen))
            .allMatch(seen -> starting(seen));
    return fresh
        && (slots.size() == workload.replicas() || world.nowhere(workload, records) == null);
  }

  private boolean starting(Seen seen) {
    var heard = live.get(seen.assignment().id());
    return seen.member().standing() != Standing.LOST
        && (heard == null || (heard.restarts() == 0 && !seen.phase().isFinal()));
  }

  private String reason(Phase phase) {
    var rollout = workload.rollout();
    return switch (phase) {
      case DEGRADED -> rollout.stalled() == rollout.revision() ? "Stalled" : "NotReady";
      case PENDING -> "Unplaceable";
      case REVERTED -> "RolloutFailed";
      case PROGRESSING -> rollout.revertedFrom() == 0 ? "" : "Reverting";
      case FAILED -> "InstancesFailed";
      case READY, COMPLETE, STOPPING -> "";
    };
  }

  /** As {@code 2/3 ready; web-2: node n3 lacks 200 MiB memory}. */
  private String message(Phase phase) {
    if (phase == Phase.STOPPING) {
      return "%d instances may still be alive".formatted(records.assignments().size());
    }
    if (phase == Phase.REVERTED) {
      return "revision %d made no progress and was reverted"
          .formatted(workload.rollout().revertedFrom());
    }
    var message = "%d/%d ready".formatted(ready, workload.replicas());
    var missing = missing();
    return missing.isEmpty() ? message : message + "; " + missing;
  }

  private String notPlaced() {
    var current = records.current();
    return current == null || current.template().volumes().isEmpty()
        ? "not yet placed"
        : "not yet placed; it can only go where its volume %s is"
            .formatted(String.join(", ", current.template().volumes()));
  }

  /** What keeps an exclusive slot empty: one on a lost node; null: nothing. */
  private @Nullable Assignment expiring(int slot) {
    return records.assignments().values().stream()
        .filter(a -> a.slot() == slot && a.lease() == Assignment.Lease.GIVEN_UP)
        .findFirst()
        .orElse(null);
  }

  /** The first slot that does not serve with a current instance, and why. */
  private String missing() {
    for (int slot = 0; slot < workload.replicas(); slot++) {
      var seen = slots.getOrDefault(slot, List.of());
      var current = seen.stream().filter(s -> s.member().current()).toList();
      if (current.isEmpty()) {
        var expiring = expiring(slot);
        if (expiring != null) {
          return "%s: node %s may still run it under its lease"
              .formatted(workload.slotName(slot), expiring.node().name());
        }
        var nowhere = world.nowhere(workload, records);
        var why = seen.isEmpty() ? notPlaced() : "waits for its turn to be replaced";
        return workload.slotName(slot) + ": " + (nowhere == null ? why : nowhere);
      }
      if (current.stream().noneMatch(StatusOf::serves)) {
        return workload.slotName(slot) + ": " + current.get(0).words();
      }
    }
    return stopping > 0 ? stopping + " older instances are stopping" : "";
  }
}
