package dev.regrow.runtime.fault;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The faults of this node. Thread-safe; what blocks runs on threads of its own. */
public interface NodeFaults {

  /** What its operator lets others do. */
  Set<FaultKind> allowed();

  /**
   * What it would affect, without doing it.
   *
   * @return each a sentence; fails with {@link FaultRefused}
   */
  CompletionStage<List<String>> rehearse(FaultOrder order);

  /**
   * Begins it. It ends by itself: paused instances go on when this agent, or the one after it,
   * lives then; everything else also without any.
   *
   * @return fails with {@link FaultRefused}, or a {@code RuntimeFailure} if the machine does not
   *     let it happen
   */
  CompletionStage<Fault> begin(FaultOrder order);

  /** What goes on now. */
  List<Fault> active();

  /**
   * Ends what goes on. Idempotent.
   *
   * @param id of one; null: all
   * @return what was ended by that
   */
  CompletionStage<List<Fault>> end(@Nullable String id);
}
