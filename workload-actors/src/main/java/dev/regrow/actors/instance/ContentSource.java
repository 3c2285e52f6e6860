package dev.regrow.actors.instance;

import dev.regrow.actors.link.AssignmentRef;
import java.util.concurrent.CompletionStage;

/** Where a node is told what its instances see of declared objects. Thread-safe. */
@FunctionalInterface
public interface ContentSource {

  /** Of an instance that is assigned to this node; fails with a sentence for people. */
  CompletionStage<Contents> of(AssignmentRef assignment);
}
