package dev.regrow.core.lifecycle;

import java.util.List;

/** The state after a step, and what is to be done. */
public record Decision(WorkloadState state, List<Effect> effects) {

  public Decision {
    effects = List.copyOf(effects);
  }
}
