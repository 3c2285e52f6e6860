package dev.regrow.core.reconcile;

import dev.regrow.core.model.InstanceId;

/** One step towards the goal, and why. */
public sealed interface Step {

  Reason reason();

  /** Place a new instance in a slot. */
  record Start(int slot, Reason reason) implements Step {}

  /** End an instance that may be alive. */
  record Stop(InstanceId id, Reason reason) implements Step {}

  /** Have its lease end: it may be alive where no order reaches it. */
  record Expire(InstanceId id, Reason reason) implements Step {}

  /** Strike an instance off whose end is known. */
  record Remove(InstanceId id, Reason reason) implements Step {}

  /** Write down how an instance ended that stays on the books. */
  record WriteDown(InstanceId id, Reason reason) implements Step {}

  /** Why. */
  enum Reason {
    MISSING("no instance in this slot"),
    OUTDATED("of an older revision, or older than the last restart"),
    DRAINED("its node is being drained"),
    REPLACED("its replacement is ready"),
    SCALED_DOWN("more than the wanted replicas"),
    DELETED("the workload is deleted"),
    DUPLICATE("another instance keeps this slot"),
    LOST("its node is gone"),
    EXPIRED("its lease is over"),
    ENDED("it has ended"),
    GAVE_UP("its node does not start it again");

    private final String words;

    Reason(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }
}
