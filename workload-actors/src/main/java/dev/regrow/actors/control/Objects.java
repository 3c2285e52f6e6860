package dev.regrow.actors.control;

import com.google.protobuf.Message;
import dev.regrow.v1.Plan;
import java.util.concurrent.CompletionStage;

/**
 * Declared objects of one kind, beside workloads. Like {@link ControlPlane}: thread-safe, stages
 * fail with a {@link Refusal}, and a change has happened, on a majority's disk, when its stage
 * completes.
 */
public interface Objects<T extends Message> {

  /**
   * What became of a change.
   *
   * @param created whether there was none of that name
   */
  record Put<T extends Message>(T object, boolean created) {}

  /**
   * Creates or changes one; equal content changes nothing.
   *
   * @param declared was validated against the schema and names its namespace
   */
  CompletionStage<Put<T>> put(T declared, Precondition precondition);

  /** What {@link #put} would do, and which workloads it would roll. */
  CompletionStage<Plan> plan(T declared);

  CompletionStage<T> one(WorkloadRef ref, ReadPoint at);

  CompletionStage<Listing<T>> list(ListQuery query, ReadPoint at);

  /** What it was; fails with CONFLICT while a workload uses it. */
  CompletionStage<T> delete(WorkloadRef ref, Precondition precondition);
}
