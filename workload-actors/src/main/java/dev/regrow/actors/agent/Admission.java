package dev.regrow.actors.agent;

import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeOrder;
import java.util.Optional;

/** What the agent answers to an order to run an instance. */
public sealed interface Admission {

  /** It is new, in time, and there is room. */
  record Accept() implements Admission {}

  /** It is here already. */
  record Known() implements Admission {}

  /** It was ended here before, and what was ended never starts again. */
  record EndedBefore() implements Admission {}

  /** Not here. */
  record Refuse(String reason) implements Admission {}

  /** What the node knows when it is asked. */
  record View(
      Claim capacity,
      Claim reserved,
      boolean leaving,
      Optional<AssignmentRef> sameInstance,
      boolean endedBefore,
      long newestEpochOfSlot) {}

  /** Decides; an instance that is here is never refused for capacity. */
  static Admission decide(NodeOrder.Run run, View view) {
    var wanted = run.assignment();
    if (view.sameInstance().isPresent()) {
      return decideKnown(wanted, view.sameInstance().get());
    }
    if (view.endedBefore()) {
      return new EndedBefore();
    }
    if (view.leaving()) {
      return new Refuse("the node is stopping its instances");
    }
    if (wanted.epoch() < view.newestEpochOfSlot()) {
      return new Refuse(
          "epoch %d is older than epoch %d that slot %s has here"
              .formatted(wanted.epoch(), view.newestEpochOfSlot(), wanted.slot()));
    }
    var lack = view.capacity().lackFor(Claim.of(run.template()), view.reserved());
    return lack.isPresent() ? new Refuse(lack.get()) : new Accept();
  }

  private static Admission decideKnown(AssignmentRef wanted, AssignmentRef here) {
    if (!wanted.workloadUid().equals(here.workloadUid())) {
      return new Refuse("an instance of an earlier workload of that name is still here");
    }
    if (wanted.epoch() < here.epoch()) {
      return new Refuse(
          "epoch %d is older than epoch %d of that instance here"
              .formatted(wanted.epoch(), here.epoch()));
    }
    return new Known();
  }
}
