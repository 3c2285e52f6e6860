package dev.regrow.core.lifecycle;

import dev.regrow.core.lifecycle.Soft.Progress;
import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.Workload;
import dev.regrow.core.reconcile.Member;
import dev.regrow.core.reconcile.Standing;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;

/** Notices when a rollout is done, and what to do when it gets nowhere. */
final class Rollouts {

  private final Draft draft;
  private final Collection<Member> members;
  private final Map<InstanceId, Live> live;
  private final long now;

  private Rollouts(Draft draft, Collection<Member> members, Map<InstanceId, Live> live, long now) {
    this.draft = draft;
    this.members = members;
    this.live = live;
    this.now = now;
  }

  /** Returns how far the rollout is; the draft has what follows from it. */
  static Progress judge(Draft draft, Soft soft, long now) {
    var rollouts = new Rollouts(draft, Pump.members(draft, soft), soft.live(), now);
    return rollouts.judge(soft.progress());
  }

  private Progress judge(Progress before) {
    var rollout = draft.the().rollout();
    var progress = progress(before);
    if (rollout.done()) {
      return progress;
    }
    if (allServe()) {
      draft.progress(draft.the().rolledOut());
      draft.note(
          false, "RolledOut", "Revision %d is fully rolled out".formatted(rollout.revision()));
    } else if (rollout.stalled() != rollout.revision() && overdue(progress)) {
      return stall(progress);
    }
    return progress;
  }

  private Progress progress(Progress before) {
    var rollout = draft.the().rollout();
    int serving = (int) members.stream().filter(this::counts).map(Member::slot).distinct().count();
    boolean same =
        before.revision() == rollout.revision()
            && before.generation() == rollout.restartGeneration();
    return same && serving <= before.serving()
        ? before
        : new Progress(rollout.revision(), rollout.restartGeneration(), serving, now);
  }

  private boolean overdue(Progress progress) {
    long moved = moved(draft.the(), progress, draft.assignments().values(), live);
    return now - moved >= draft.the().policy().progressDeadlineMillis();
  }

  /**
   * When a rollout last came nearer, CLOCK_BOOTTIME in milliseconds: one more instance served, or
   * more had come of the image of one that is to.
   */
  static long moved(
      Workload workload,
      Progress progress,
      Collection<Assignment> assignments,
      Map<InstanceId, Live> live) {
    return assignments.stream()
        .filter(each -> !each.stopping() && Standings.current(workload, each))
        .map(each -> live.get(each.id()))
        .filter(Objects::nonNull)
        .mapToLong(Live::pulledAtBootMillis)
        .reduce(progress.sinceBootMillis(), Math::max);
  }

  private boolean allServe() {
    long serving = members.stream().filter(this::counts).map(Member::slot).distinct().count();
    return serving == draft.the().replicas() && members.stream().noneMatch(Rollouts::outdated);
  }

  private boolean counts(Member member) {
    return member.current() && member.serves() && member.slot() < draft.the().replicas();
  }

  private static boolean outdated(Member member) {
    return !member.current() && !member.stopping() && member.standing() != Standing.LOST;
  }

  private Progress stall(Progress progress) {
    var workload = draft.the();
    var rollout = workload.rollout();
    var good = draft.revisions().get(rollout.rolledOut());
    var why =
        "Revision %d made no progress for %d s"
            .formatted(rollout.revision(), workload.policy().progressDeadlineMillis() / 1000);
    boolean helps = good != null && !good.template().makes(draft.template());
    if (!workload.policy().autoRevert() || good == null || !helps) {
      draft.progress(workload.stalled());
      draft.note(true, "Stalled", why);
      return progress;
    }
    Requests.rollBackTo(draft, good, "auto-revert to " + good.number(), rollout.revision());
    draft.note(
        true,
        "Reverting",
        "%s: back to the content of revision %d, as revision %d"
            .formatted(why, good.number(), draft.the().rollout().revision()));
    return progress(progress);
  }
}
