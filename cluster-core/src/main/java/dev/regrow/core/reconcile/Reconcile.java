package dev.regrow.core.reconcile;

import dev.regrow.core.model.Policy.Keep;
import dev.regrow.core.model.Policy.Restart;
import dev.regrow.core.reconcile.Step.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Compares the members of a workload with its goal.
 *
 * <p>Carried out again and again it converges from any state. It never has more than replicas +
 * surge instances alive, never brings the slots with a ready instance below replicas - unavailable,
 * and never starts anything in a slot of an exclusive workload before the end of the one before is
 * known, if only from the end of its lease, nor beside one that has the same data. Instances on a
 * node that is being drained are replaced as outdated ones are, but never stopped before there is
 * room for them elsewhere. Instances of nodes that have not reported are neither counted as ready
 * nor taken for dead.
 */
public final class Reconcile {

  private final Goal goal;
  private final Set<Integer> held;
  private final BooleanSupplier room;
  private final TreeMap<Integer, List<Member>> slots = new TreeMap<>();
  private final Set<Integer> serving = new HashSet<>();
  private final List<Step> steps = new ArrayList<>();
  private int live;

  private Reconcile(Goal goal, Set<Integer> held, BooleanSupplier room) {
    this.goal = goal;
    this.held = held;
    this.room = room;
  }

  /** Where there is room for all. */
  public static List<Step> steps(Goal goal, Collection<Member> members, Set<Integer> held) {
    return steps(goal, members, held, () -> true);
  }

  /**
   * @param held slots in which nothing is to be started yet
   * @param room whether one more instance can be placed; asked only about nodes that are drained
   */
  public static List<Step> steps(
      Goal goal, Collection<Member> members, Set<Integer> held, BooleanSupplier room) {
    var reconcile = new Reconcile(goal, held, room);
    members.stream().sorted(Member.ORDER).forEach(reconcile::takeIn);
    if (!goal.deleted()) {
      reconcile.dropDuplicates();
      reconcile.retireOutdated();
      reconcile.fillEmptySlots();
      reconcile.surge();
      reconcile.makeRoom();
    }
    return List.copyOf(reconcile.steps);
  }

  private void takeIn(Member member) {
    if (member.standing().ended()) {
      takeInEnded(member);
      return;
    }
    if (member.standing() == Standing.LOST && goal.policy().exclusive()) {
      steps.add(new Step.Expire(member.id(), Reason.LOST));
      keep(member);
      return;
    }
    if (member.standing() != Standing.LOST && member.standing() != Standing.EXPIRING) {
      live++;
    }
    if (!member.stopping() && (goal.deleted() || member.slot() >= goal.replicas())) {
      steps.add(new Step.Stop(member.id(), goal.deleted() ? Reason.DELETED : Reason.SCALED_DOWN));
    } else {
      keep(member);
    }
  }

  private void takeInEnded(Member member) {
    boolean wanted =
        !goal.deleted()
            && !member.stopping()
            && member.standing() != Standing.EXPIRED
            && member.slot() < goal.replicas()
            && member.current();
    if (!wanted) {
      boolean expired = member.standing() == Standing.EXPIRED;
      steps.add(new Step.Remove(member.id(), expired ? Reason.EXPIRED : Reason.ENDED));
    } else if (goal.policy().restart() == Restart.ALWAYS) {
      steps.add(new Step.Remove(member.id(), Reason.GAVE_UP));
    } else {
      if (!member.recorded()) {
        steps.add(new Step.WriteDown(member.id(), Reason.ENDED));
      }
      keep(member);
    }
  }

  private void keep(Member member) {
    slots.computeIfAbsent(member.slot(), slot -> new ArrayList<>()).add(member);
    if (member.slot() < goal.replicas() && member.serves()) {
      serving.add(member.slot());
    }
  }

  /** A lost node that came back, or two entities that placed at once, leave two in one slot. */
  private void dropDuplicates() {
    for (var members : slots.values()) {
      var rivals = members.stream().filter(this::currentAndThere).toList();
      if (rivals.size() < 2 || !mayChoose(rivals)) {
        continue;
      }
      var kept = rivals.stream().min(claim()).orElseThrow();
      for (var rival : rivals) {
        if (!rival.equals(kept)) {
          stop(members, rival, Reason.DUPLICATE);
        }
      }
    }
  }

  /** The one that is there does not win because the one that is back was not heard of yet. */
  private boolean mayChoose(List<Member> rivals) {
    return goal.policy().reconcile() == Keep.REPLACEMENT
        || rivals.stream().noneMatch(rival -> rival.standing() == Standing.UNKNOWN);
  }

  private Comparator<Member> claim() {
    Comparator<Member> serves = Comparator.comparing(member -> !member.serves());
    Comparator<Member> age = Comparator.comparingLong(Member::epoch);
    Comparator<Member> start =
        Comparator.comparingLong(m -> m.startedAt() == 0 ? Long.MAX_VALUE : m.startedAt());
    return switch (goal.policy().reconcile()) {
      case REPLACEMENT -> serves.thenComparing(age.reversed());
      case ORIGINAL -> serves.thenComparing(age);
      case LONGEST_RUNNING -> serves.thenComparing(start).thenComparing(age);
    };
  }

  /**
   * What its replacement has made superfluous, what does not serve anyway, and what another
   * outdated one of the same slot serves in place of: two rollouts in a row leave such pairs, and
   * they would use up the surge for ever.
   */
  private void retireOutdated() {
    for (var members : slots.values()) {
      boolean replaced = members.stream().anyMatch(m -> m.fitting() && m.serves());
      var stays = members.stream().filter(m -> outdated(m) && m.serves()).min(claim()).orElse(null);
      for (var old : List.copyOf(members)) {
        if (old.fitting() || old.stopping()) {
          continue;
        }
        if (replaced) {
          stop(members, old, Reason.REPLACED);
        } else if (servesNot(old) && mayGo(old)) {
          stop(members, old, why(old));
        } else if (stays != null && !old.equals(stays)) {
          stop(members, old, Reason.DUPLICATE);
        }
      }
    }
  }

  private void fillEmptySlots() {
    for (int slot = 0; slot < goal.replicas(); slot++) {
      var members = members(slot);
      if (members.stream().noneMatch(m -> !m.stopping() && m.standing() != Standing.LOST)) {
        start(slot, members, Reason.MISSING);
      }
    }
  }

  private void surge() {
    for (int slot = 0; slot < goal.replicas(); slot++) {
      var members = members(slot);
      if (members.stream().anyMatch(Reconcile::outdated)
          && members.stream().noneMatch(this::currentAndThere)) {
        boolean older = members.stream().anyMatch(m -> outdated(m) && !m.current());
        start(slot, members, older ? Reason.OUTDATED : Reason.DRAINED);
      }
    }
  }

  /** Where no surge is left, ready ones may go as far as the policy allows. */
  private void makeRoom() {
    for (int slot = 0; slot < goal.replicas(); slot++) {
      var members = members(slot);
      boolean waiting =
          members.stream().anyMatch(Reconcile::outdated)
              && members.stream().noneMatch(this::currentAndThere)
              && !startedIn(slot);
      if (!waiting || !mayStop(slot)) {
        continue;
      }
      var known =
          members.stream()
              .filter(m -> outdated(m) && m.standing() == Standing.READY)
              .filter(this::mayGo)
              .toList();
      known.forEach(member -> stop(members, member, why(member)));
      if (!known.isEmpty()) {
        serving.remove(slot);
      }
    }
  }

  private static boolean servesNot(Member member) {
    return member.standing() == Standing.UNREADY || member.standing() == Standing.LOST;
  }

  /** What is of the present revision could run on where it is, should there be no other place. */
  private boolean mayGo(Member outdated) {
    return !outdated.current() || room.getAsBoolean();
  }

  private boolean mayStop(int slot) {
    return !serving.contains(slot)
        || serving.size() - 1 >= goal.readyMin(isInTheWay(members(slot)));
  }

  /** Whether the next one must not be beside what may be alive there. */
  private boolean isInTheWay(List<Member> members) {
    return members.stream()
        .anyMatch(m -> m.alive() && (goal.policy().exclusive() || m.sharesData()));
  }

  private void start(int slot, List<Member> members, Reason reason) {
    if (!isInTheWay(members) && live < goal.liveMax() && !held.contains(slot)) {
      live++;
      steps.add(new Step.Start(slot, reason));
    }
  }

  private boolean startedIn(int slot) {
    return steps.stream().anyMatch(step -> step instanceof Step.Start s && s.slot() == slot);
  }

  private void stop(List<Member> members, Member member, Reason reason) {
    steps.add(new Step.Stop(member.id(), reason));
    members.replaceAll(m -> m.equals(member) ? stopped(m) : m);
  }

  private static Member stopped(Member m) {
    return new Member(
        m.id(),
        m.slot(),
        m.current(),
        true,
        m.recorded(),
        m.standing(),
        m.epoch(),
        m.leaving(),
        m.startedAt(),
        m.sharesData());
  }

  private static Reason why(Member outdated) {
    return outdated.current() ? Reason.DRAINED : Reason.OUTDATED;
  }

  private List<Member> members(int slot) {
    return slots.getOrDefault(slot, List.of());
  }

  private boolean currentAndThere(Member member) {
    return member.fitting() && !member.stopping() && member.standing() != Standing.LOST;
  }

  private static boolean outdated(Member member) {
    return !member.fitting() && !member.stopping() && member.standing() != Standing.LOST;
  }
}
