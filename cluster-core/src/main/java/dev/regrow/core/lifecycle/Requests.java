package dev.regrow.core.lifecycle;

import dev.regrow.core.lifecycle.Answer.Outcome;
import dev.regrow.core.lifecycle.Answer.Why;
import dev.regrow.core.model.Opaque;
import dev.regrow.core.model.Policy;
import dev.regrow.core.model.Revision;
import dev.regrow.core.model.Template;
import dev.regrow.core.model.Workload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides what an {@link Ask} changes. */
final class Requests {

  private final WorkloadState state;
  private final Draft draft;

  private Requests(WorkloadState state, Draft draft) {
    this.state = state;
    this.draft = draft;
  }

  /** What an ask comes to: a refusal, or an outcome with its changes in the draft. */
  sealed interface Verdict {
    record No(Why why, String message) implements Verdict {}

    /** It is so already. */
    record Already(Outcome outcome) implements Verdict {}

    record Yes(Outcome outcome) implements Verdict {}
  }

  static Verdict decide(WorkloadState state, Draft draft, Input.Asked asked) {
    var requests = new Requests(state, draft);
    var known = requests.known(asked);
    if (known != null) {
      return known;
    }
    var stale = requests.stale(asked);
    if (stale != null) {
      return stale;
    }
    var verdict = requests.decide(asked.ask());
    if (verdict instanceof Verdict.Yes && asked.attempt().number() != 0) {
      draft.declare(draft.the().askedBy(asked.attempt().number()));
    }
    return verdict;
  }

  /** What became of a request that came before, where that can be told or never will be. */
  private @Nullable Verdict known(Input.Asked asked) {
    var attempt = asked.attempt();
    var workload = draft.workload();
    if (workload == null) {
      return attempt.again() && asked.ask() instanceof Ask.Delete
          ? no(
              Why.OUTCOME_UNKNOWN,
              "there is no workload %s; it may have been this request that deleted it"
                  .formatted(name()))
          : null;
    }
    if (workload.asked().contains(attempt.number())) {
      return new Verdict.Already(
          asked.ask() instanceof Ask.Apply apply && apply.uid().equals(workload.uid())
              ? Outcome.CREATED
              : Outcome.CHANGED);
    }
    return attempt.again() && workload.index() > attempt.since()
        ? no(
            Why.OUTCOME_UNKNOWN,
            "%s was changed while this request was on its way, and whether by it first is not known: read it, then try again"
                .formatted(name()))
        : null;
  }

  private Verdict.@Nullable No stale(Input.Asked asked) {
    var workload = draft.workload();
    if (asked.expect() instanceof Ask.Expect.Absent) {
      return workload == null ? null : no(Why.STALE, name() + " exists already");
    }
    if (workload == null && !(asked.ask() instanceof Ask.Apply)) {
      return no(Why.NOT_FOUND, "there is no workload " + name());
    }
    if (asked.expect() instanceof Ask.Expect.IndexIs expected) {
      if (workload == null) {
        return no(
            Why.STALE,
            "%s does not exist, index %d was expected".formatted(name(), expected.index()));
      }
      return workload.index() == expected.index()
          ? null
          : no(
              Why.STALE,
              "%s was changed meanwhile: its index is %d, %d was expected; read it again"
                  .formatted(name(), workload.index(), expected.index()));
    }
    return null;
  }

  private Verdict decide(Ask ask) {
    var workload = draft.workload();
    if (workload == null) {
      return ask instanceof Ask.Apply apply
          ? create(apply)
          : no(Why.NOT_FOUND, "there is no workload " + name());
    }
    if (workload.deleted()) {
      return ask instanceof Ask.Delete
          ? new Verdict.Already(Outcome.UNCHANGED)
          : no(
              Why.CONFLICT,
              name() + " is being deleted, its instances are stopping; try again once it is gone");
    }
    if (ask instanceof Ask.Apply apply) {
      return change(workload, apply);
    } else if (ask instanceof Ask.Scale scale) {
      return scale(workload, scale.replicas());
    } else if (ask instanceof Ask.Rollback rollback) {
      return rollback(workload, rollback.revision());
    } else if (ask instanceof Ask.Restart) {
      draft.declare(workload.restarted(wall()));
      draft.note(false, "Restarting", "A restart of all instances was asked for");
    } else {
      draft.declare(workload.deletedAt(wall()));
      draft.note(false, "Deleting", "The workload was deleted; its instances are stopped");
    }
    return new Verdict.Yes(Outcome.CHANGED);
  }

  private Verdict create(Ask.Apply apply) {
    var declared = apply.declared();
    int replicas = declared.replicas() == null ? 1 : declared.replicas();
    draft.declare(
        new Workload(
            state.namespace(),
            state.name(),
            apply.uid(),
            replicas,
            declared.policy(),
            declared.rest(),
            new Workload.Rollout(1, 0, wall(), 0, 0, 0),
            wall(),
            0,
            0,
            0,
            declared.schemaVersion(),
            0,
            Opaque.EMPTY,
            declared.template().contents(),
            List.of()));
    draft.add(
        new Revision(
            1, declared.template(), wall(), "apply", declared.schemaVersion(), Opaque.EMPTY));
    draft.note(false, "Applied", "Created with %d replicas, revision 1".formatted(replicas));
    return new Verdict.Yes(Outcome.CREATED);
  }

  private Verdict change(Workload workload, Ask.Apply apply) {
    var declared = apply.declared();
    int replicas = declared.replicas() == null ? workload.replicas() : declared.replicas();
    var template = Contents.applied(declared.template(), draft.template(), workload.seen());
    var before = draft.template();
    boolean rolls = !template.makes(before) || !template.reads(before);
    if (!rolls && replicas == workload.replicas() && declared.rest().equals(workload.rest())) {
      return new Verdict.Already(Outcome.UNCHANGED);
    }
    draft.declare(
        workload.redeclared(
            replicas, declared.policy(), declared.rest(), declared.schemaVersion()));
    if (declared.policy().leaseMillis() != workload.policy().leaseMillis()) {
      rememberLeases(workload.policy());
    }
    if (rolls) {
      draft.declare(draft.the().seeing(declared.template().contents()));
      moveTo(draft, template, "apply", declared.schemaVersion(), 0);
    }
    var moved = rolls && template.reads(before) && !template.image().equals(before.image());
    draft.note(
        false,
        "Applied",
        appliedMessage(workload, replicas, rolls)
            + (moved ? ", its image stands for " + template.image().digest() + " now" : ""));
    return new Verdict.Yes(Outcome.CHANGED);
  }

  /** The last moment at which it is known of those that were placed without a word on it. */
  private void rememberLeases(Policy before) {
    for (var assignment : List.copyOf(draft.assignments().values())) {
      if (assignment.ofUnknownLease()) {
        draft.assign(assignment.placedUnder(before));
      }
    }
  }

  private String appliedMessage(Workload before, int replicas, boolean rolls) {
    var message = new StringBuilder("Changed");
    if (replicas != before.replicas()) {
      message.append(" from %d to %d replicas".formatted(before.replicas(), replicas));
    }
    message.append(
        rolls
            ? ", the template too: revision %d".formatted(draft.the().rollout().revision())
            : ", the template not");
    return message.toString();
  }

  private Verdict scale(Workload workload, int replicas) {
    if (replicas == workload.replicas()) {
      return new Verdict.Already(Outcome.UNCHANGED);
    }
    draft.declare(workload.scaled(replicas));
    draft.note(false, "Scaled", "From %d to %d replicas".formatted(workload.replicas(), replicas));
    return new Verdict.Yes(Outcome.CHANGED);
  }

  private Verdict rollback(Workload workload, long wanted) {
    long current = workload.rollout().revision();
    var before = draft.revisions().lowerKey(current);
    if (wanted == 0 && before == null) {
      return no(Why.INVALID, "%s has no revision before %d".formatted(name(), current));
    }
    long number = wanted == 0 && before != null ? before : wanted;
    var revision = draft.revisions().get(number);
    if (revision == null) {
      return no(Why.NOT_FOUND, "%s has no revision %d".formatted(name(), number));
    }
    if (revision.template().makes(draft.template())) {
      return new Verdict.Already(Outcome.UNCHANGED);
    }
    rollBackTo(draft, revision, "rollback to " + number, 0);
    draft.note(
        false,
        "RolledBack",
        "Back to the content of revision %d, as revision %d".formatted(number, current + 1));
    return new Verdict.Yes(Outcome.CHANGED);
  }

  /** A new revision with the content of an old one becomes the goal. */
  static void rollBackTo(Draft draft, Revision to, String cause, long revertedFrom) {
    moveTo(draft, to.template(), cause, to.schemaVersion(), revertedFrom);
  }

  static void moveTo(
      Draft draft, Template template, String cause, int schemaVersion, long revertedFrom) {
    long now = draft.world.now().wallMillis();
    long next = Math.max(draft.revisions().lastKey(), draft.the().rollout().revision()) + 1;
    draft.declare(draft.the().movingTo(next, now, revertedFrom));
    draft.add(new Revision(next, template, now, cause, schemaVersion, Opaque.EMPTY));
  }

  private long wall() {
    return draft.world.now().wallMillis();
  }

  private String name() {
    return state.namespace() + "/" + state.name();
  }

  private static Verdict.No no(Why why, String message) {
    return new Verdict.No(why, message);
  }
}
