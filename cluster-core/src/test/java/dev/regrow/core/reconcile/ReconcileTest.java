package dev.regrow.core.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.model.Constraints;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Policy;
import dev.regrow.core.reconcile.Step.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ReconcileTest {

  private static final Set<Integer> NONE_HELD = Set.of();

  @Test
  void an_empty_slot_is_filled_and_says_why() {
    var steps = Reconcile.steps(goal(1, 1, 0, false), List.of(), NONE_HELD);

    assertThat(steps).containsExactly(new Step.Start(0, Reason.MISSING));
  }

  @Test
  void an_outdated_instance_stays_until_its_replacement_is_ready() {
    var old = member("old", 0, false, Standing.READY, 1);
    var fresh = member("new", 0, true, Standing.UNREADY, 2);
    var ready = member("new", 0, true, Standing.READY, 2);
    var goal = goal(1, 1, 0, false);

    assertThat(Reconcile.steps(goal, List.of(old), NONE_HELD))
        .containsExactly(new Step.Start(0, Reason.OUTDATED));
    assertThat(Reconcile.steps(goal, List.of(old, fresh), NONE_HELD)).isEmpty();
    assertThat(Reconcile.steps(goal, List.of(old, ready), NONE_HELD))
        .containsExactly(new Step.Stop(old.id(), Reason.REPLACED));
  }

  @Test
  void of_two_outdated_ones_in_a_slot_one_goes_so_that_there_is_room_for_the_new() {
    var older = member("older", 0, false, Standing.READY, 1);
    var newer = member("newer", 0, false, Standing.READY, 2);

    var steps = Reconcile.steps(goal(1, 1, 0, false), List.of(older, newer), NONE_HELD);

    assertThat(steps).containsExactly(new Step.Stop(older.id(), Reason.DUPLICATE));
  }

  @Test
  void an_outdated_instance_that_nobody_has_heard_of_is_taken_for_ready() {
    var unknown = member("old", 0, false, Standing.UNKNOWN, 1);

    var steps = Reconcile.steps(goal(1, 0, 0, false), List.of(unknown), NONE_HELD);

    assertThat(steps).isEmpty();
  }

  @Test
  void an_exclusive_slot_waits_for_the_end_of_the_one_before() {
    var goal = goal(1, 3, 0, true);
    var old = member("old", 0, false, Standing.READY, 1);
    var stopping = new Member(old.id(), 0, false, true, false, Standing.UNREADY, 1);
    var ended = new Member(old.id(), 0, false, true, false, Standing.SUCCEEDED, 1);

    assertThat(Reconcile.steps(goal, List.of(old), NONE_HELD))
        .containsExactly(new Step.Stop(old.id(), Reason.OUTDATED));
    assertThat(Reconcile.steps(goal, List.of(stopping), NONE_HELD)).isEmpty();
    assertThat(Reconcile.steps(goal, List.of(ended), NONE_HELD))
        .containsExactly(
            new Step.Remove(old.id(), Reason.ENDED), new Step.Start(0, Reason.MISSING));
  }

  @Test
  void an_exclusive_instance_on_a_lost_node_is_replaced_once_its_lease_is_over() {
    var lost = member("lost", 0, true, Standing.LOST, 1);
    var expiring = new Member(lost.id(), 0, true, true, false, Standing.EXPIRING, 1);
    var expired = new Member(lost.id(), 0, true, true, false, Standing.EXPIRED, 1);

    assertThat(Reconcile.steps(goal(1, 0, 0, true), List.of(lost), NONE_HELD))
        .containsExactly(new Step.Expire(lost.id(), Reason.LOST));
    assertThat(Reconcile.steps(goal(1, 0, 0, true), List.of(expiring), NONE_HELD)).isEmpty();
    assertThat(Reconcile.steps(goal(1, 0, 0, true), List.of(expired), NONE_HELD))
        .containsExactly(
            new Step.Remove(lost.id(), Reason.EXPIRED), new Step.Start(0, Reason.MISSING));
    assertThat(Reconcile.steps(goal(1, 1, 0, false), List.of(lost), NONE_HELD))
        .containsExactly(new Step.Start(0, Reason.MISSING));
  }

  @Test
  void of_a_replacement_and_one_that_is_back_the_policy_says_which_is_kept() {
    var back = ready("back", 1, 9_000);
    var there = ready("there", 2, 5_000);
    var silent = new Member(back.id(), 0, true, false, false, Standing.UNKNOWN, 1);

    assertThat(rivals(Policy.Keep.REPLACEMENT, back, there)).containsExactly(dropped(back));
    assertThat(rivals(Policy.Keep.ORIGINAL, back, there)).containsExactly(dropped(there));
    assertThat(rivals(Policy.Keep.LONGEST_RUNNING, back, there)).containsExactly(dropped(back));
    assertThat(rivals(Policy.Keep.ORIGINAL, silent, there)).isEmpty();
    assertThat(rivals(Policy.Keep.REPLACEMENT, silent, there)).containsExactly(dropped(back));
  }

  private static Step dropped(Member member) {
    return new Step.Stop(member.id(), Reason.DUPLICATE);
  }

  private static Member ready(String id, long epoch, long startedAt) {
    return new Member(
        new InstanceId(id), 0, true, false, false, Standing.READY, epoch, false, startedAt, false);
  }

  private static List<Step> rivals(Policy.Keep keep, Member... members) {
    var policy = goal(1, 1, 0, false).policy();
    var asked =
        new Policy(policy.restart(), false, 1, 0, 0, 60_000, true, Constraints.NONE, keep, 0, -1);
    return Reconcile.steps(new Goal(1, false, asked), List.of(members), NONE_HELD);
  }

  @Test
  void what_ended_for_good_stays_on_the_books_unless_it_should_run_always() {
    var ended = member("done", 0, true, Standing.SUCCEEDED, 1);

    assertThat(
            Reconcile.steps(goal(1, 1, 0, false, Policy.Restart.NEVER), List.of(ended), NONE_HELD))
        .containsExactly(new Step.WriteDown(ended.id(), Reason.ENDED));
    assertThat(Reconcile.steps(goal(1, 1, 0, false), List.of(ended), NONE_HELD))
        .containsExactly(
            new Step.Remove(ended.id(), Reason.GAVE_UP), new Step.Start(0, Reason.MISSING));
  }

  @Test
  void a_held_slot_is_left_alone() {
    assertThat(Reconcile.steps(goal(2, 1, 0, false), List.of(), Set.of(0)))
        .containsExactly(new Step.Start(1, Reason.MISSING));
  }

  @Test
  void what_is_started_in_a_slot_waits_for_the_end_of_what_has_its_data() {
    var goal = goal(1, 1, 0, false);
    var old = member("old", 0, false, Standing.READY, 1).sharingData(true);
    var lost = member("old", 0, true, Standing.LOST, 1).sharingData(true);
    var stopping =
        new Member(old.id(), 0, false, true, false, Standing.UNREADY, 1).sharingData(true);
    var beside = member("beside", 0, false, Standing.UNREADY, 2);

    assertThat(Reconcile.steps(goal, List.of(old), NONE_HELD))
        .containsExactly(new Step.Stop(old.id(), Reason.OUTDATED));
    assertThat(Reconcile.steps(goal, List.of(stopping), NONE_HELD)).isEmpty();
    assertThat(Reconcile.steps(goal, List.of(lost), NONE_HELD)).isEmpty();
    assertThat(Reconcile.steps(goal, List.of(old, beside), NONE_HELD))
        .containsExactly(
            new Step.Stop(beside.id(), Reason.OUTDATED), new Step.Stop(old.id(), Reason.OUTDATED));
  }

  @Property
  void equal_states_give_equal_steps_in_whatever_order_they_come(
      @ForAll("goals") Goal goal, @ForAll("members") List<Member> members, @ForAll long seed) {
    var shuffled = new ArrayList<>(members);
    Collections.shuffle(shuffled, new Random(seed));

    assertThat(Reconcile.steps(goal, shuffled, NONE_HELD))
        .isEqualTo(Reconcile.steps(goal, members, NONE_HELD));
  }

  @Property
  void never_starts_above_the_surge_nor_stops_below_what_may_be_unavailable(
      @ForAll("goals") Goal goal, @ForAll("members") List<Member> members) {
    var steps = Reconcile.steps(goal, members, NONE_HELD);

    long live =
        members.stream()
            .filter(m -> m.alive() && m.standing() != Standing.LOST)
            .filter(m -> m.standing() != Standing.EXPIRING)
            .count();
    long starts = steps.stream().filter(step -> step instanceof Step.Start).count();
    if (starts > 0) {
      assertThat(live + starts).isLessThanOrEqualTo(goal.liveMax());
    }
    if (!goal.deleted()) {
      var before = servingSlots(goal, members);
      var after = servingSlots(goal, applied(members, steps, false));
      assertThat(after.size())
          .isGreaterThanOrEqualTo(
              Math.min(before.size(), Math.max(0, goal.readyMin(sharesData(members)))));
    }
  }

  private static boolean sharesData(List<Member> members) {
    return members.stream().anyMatch(Member::sharesData);
  }

  @Test
  void an_instance_on_a_drained_node_stays_until_its_replacement_elsewhere_is_ready() {
    var old = leaving("old", Standing.READY);
    var fresh = member("new", 0, true, Standing.UNREADY, 2);
    var ready = member("new", 0, true, Standing.READY, 2);
    var goal = goal(1, 1, 0, false);

    assertThat(Reconcile.steps(goal, List.of(old), NONE_HELD))
        .containsExactly(new Step.Start(0, Reason.DRAINED));
    assertThat(Reconcile.steps(goal, List.of(old, fresh), NONE_HELD)).isEmpty();
    assertThat(Reconcile.steps(goal, List.of(old, ready), NONE_HELD))
        .containsExactly(new Step.Stop(old.id(), Reason.REPLACED));
  }

  @Test
  void what_cannot_be_surged_leaves_a_drained_node_only_if_there_is_room_elsewhere() {
    var old = leaving("old", Standing.READY);
    var exclusive = goal(1, 1, 0, true);

    assertThat(Reconcile.steps(exclusive, List.of(old), NONE_HELD, () -> false)).isEmpty();
    assertThat(Reconcile.steps(exclusive, List.of(old), NONE_HELD, () -> true))
        .containsExactly(new Step.Stop(old.id(), Reason.DRAINED));
  }

  @Test
  void what_has_ended_for_good_is_not_run_again_because_its_node_is_drained() {
    var done =
        new Member(new InstanceId("done"), 0, true, false, true, Standing.SUCCEEDED, 1, true);
    var goal = goal(1, 1, 0, false, Policy.Restart.NEVER);

    assertThat(Reconcile.steps(goal, List.of(done), NONE_HELD)).isEmpty();
  }

  @Property
  void without_room_elsewhere_a_drain_ends_nothing(
      @ForAll("goals") Goal goal, @ForAll("members") List<Member> members) {
    var steps = Reconcile.steps(goal, members, NONE_HELD, () -> false);

    assertThat(steps)
        .noneMatch(step -> step instanceof Step.Stop stop && stop.reason() == Reason.DRAINED);
  }

  private static Member leaving(String id, Standing standing) {
    return new Member(new InstanceId(id), 0, true, false, false, standing, 1, true);
  }

  @Property
  void an_exclusive_slot_never_gets_a_second_process(
      @ForAll @IntRange(min = 0, max = 4) int replicas, @ForAll("members") List<Member> members) {
    var steps = Reconcile.steps(goal(replicas, 2, 0, true), members, NONE_HELD);

    for (var step : steps) {
      if (step instanceof Step.Start start) {
        assertThat(members).noneMatch(m -> m.slot() == start.slot() && m.alive());
      }
    }
  }

  @Property
  void nothing_is_started_beside_what_has_its_data(
      @ForAll("goals") Goal goal, @ForAll("members") List<Member> members) {
    for (var step : Reconcile.steps(goal, members, NONE_HELD)) {
      if (step instanceof Step.Start start) {
        assertThat(members).noneMatch(m -> m.slot() == start.slot() && m.alive() && m.sharesData());
      }
    }
  }

  @Property(tries = 1000)
  void converges_from_any_state(
      @ForAll("goals") Goal goal, @ForAll("members") List<Member> members) {
    var state = members;
    for (int round = 0; round < 100; round++) {
      var steps = Reconcile.steps(goal, state, NONE_HELD);
      // Everybody is heard of in the end, and those who were lost come back.
      var next = applied(state, steps, true);
      if (steps.isEmpty() && next.equals(state)) {
        break;
      }
      state = next;
    }

    assertThat(Reconcile.steps(goal, state, NONE_HELD)).isEmpty();
    int wanted = goal.deleted() ? 0 : goal.replicas();
    assertThat(state).hasSize(wanted).allMatch(m -> m.current() && m.serves());
    assertThat(state).noneMatch(m -> m.leaving() && m.standing() == Standing.READY);
    assertThat(state.stream().map(Member::slot).distinct().count()).isEqualTo(wanted);
  }

  private static Set<Integer> servingSlots(Goal goal, List<Member> members) {
    return members.stream()
        .filter(m -> m.slot() < goal.replicas() && m.serves())
        .filter(m -> m.standing() == Standing.READY || staysOnTheBooks(goal, m))
        .map(Member::slot)
        .collect(Collectors.toSet());
  }

  private static boolean staysOnTheBooks(Goal goal, Member ended) {
    return ended.current() && goal.policy().restart() != Policy.Restart.ALWAYS;
  }

  /** The state after the steps; with time, what starts is ready and what stops has ended. */
  private static List<Member> applied(List<Member> members, List<Step> steps, boolean time) {
    var next = new ArrayList<Member>();
    for (var m : members) {
      boolean removed =
          steps.stream().anyMatch(s -> s instanceof Step.Remove r && r.id().equals(m.id()));
      boolean stopped =
          m.stopping()
              || steps.stream().anyMatch(s -> s instanceof Step.Stop st && st.id().equals(m.id()))
              || steps.stream().anyMatch(s -> s instanceof Step.Expire e && e.id().equals(m.id()));
      boolean recorded =
          m.recorded()
              || steps.stream()
                  .anyMatch(s -> s instanceof Step.WriteDown w && w.id().equals(m.id()));
      if (!removed) {
        var standing = time ? later(m, stopped) : m.standing();
        next.add(
            new Member(
                    m.id(),
                    m.slot(),
                    m.current(),
                    stopped,
                    recorded,
                    standing,
                    m.epoch(),
                    m.leaving())
                .sharingData(m.sharesData()));
      }
    }
    for (var step : steps) {
      if (step instanceof Step.Start start) {
        var id = new InstanceId("n" + start.slot() + "-" + next.size() + "-" + members.size());
        next.add(
            new Member(
                id, start.slot(), true, false, false, Standing.UNREADY, 1_000 + next.size()));
      }
    }
    return next;
  }

  private static Standing later(Member m, boolean stopped) {
    if (m.standing().ended()) {
      // Those of a workload that runs to completion succeed in the end.
      return m.standing() == Standing.FAILED ? Standing.SUCCEEDED : m.standing();
    }
    return stopped ? Standing.SUCCEEDED : Standing.READY;
  }

  private static Member member(
      String id, int slot, boolean current, Standing standing, long epoch) {
    return new Member(new InstanceId(id), slot, current, false, false, standing, epoch);
  }

  private static Goal goal(int replicas, int surge, int unavailable, boolean exclusive) {
    return goal(replicas, surge, unavailable, exclusive, Policy.Restart.ALWAYS);
  }

  private static Goal goal(
      int replicas, int surge, int unavailable, boolean exclusive, Policy.Restart restart) {
    return new Goal(
        replicas,
        false,
        new Policy(
            restart,
            exclusive,
            surge,
            unavailable,
            0,
            60_000,
            true,
            Constraints.NONE,
            Policy.Keep.REPLACEMENT,
            0,
            -1));
  }

  @Provide
  Arbitrary<Goal> goals() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(0, 2),
            Arbitraries.of(true, false),
            Arbitraries.of(Policy.Restart.class),
            Arbitraries.frequency(Tuple.of(5, false), Tuple.of(1, true)))
        .as(
            (replicas, surge, unavailable, exclusive, restart, deleted) ->
                new Goal(
                    replicas,
                    deleted,
                    goal(replicas, surge, unavailable, exclusive, restart).policy()));
  }

  @Provide
  Arbitrary<List<Member>> members() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 5),
            Arbitraries.of(true, false),
            Arbitraries.of(true, false),
            Arbitraries.of(Standing.class),
            Arbitraries.longs().between(1, 50),
            Arbitraries.frequency(Tuple.of(3, false), Tuple.of(1, true)),
            Arbitraries.frequency(Tuple.of(3, false), Tuple.of(1, true)))
        .as(
            (slot, current, stopping, standing, epoch, leaving, shares) ->
                new Member(
                        new InstanceId("i" + epoch),
                        slot,
                        current,
                        stopping,
                        false,
                        standing,
                        epoch,
                        leaving)
                    .sharingData(shares))
        .list()
        .uniqueElements(Member::id)
        .ofMaxSize(8);
  }
}
