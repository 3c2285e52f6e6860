package dev.regrow.actors.control;

import dev.regrow.v1.Config;
import java.util.concurrent.CompletionStage;

/**
 * Declared texts. Like {@link ControlPlane}: thread-safe, stages fail with a {@link Refusal}, and a
 * change has happened, on a majority's disk, when its stage completes.
 */
public interface Configs {

  /**
   * What became of a change.
   *
   * @param created whether there was none of that name
   */
  record Put(Config config, boolean created) {}

  /**
   * Creates or changes one; equal content changes nothing.
   *
   * @param declared was validated against the schema and names its namespace
   */
  CompletionStage<Put> put(Config declared, Precondition precondition);

  CompletionStage<Config> config(WorkloadRef ref, ReadPoint at);

  CompletionStage<Listing<Config>> configs(ListQuery query, ReadPoint at);

  /** What it was. */
  CompletionStage<Config> delete(WorkloadRef ref, Precondition precondition);
}
