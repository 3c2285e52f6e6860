package dev.regrow.actors.control;

/** What must hold of the workload for a change of it to happen. */
public sealed interface Precondition {

  Precondition NONE = new None();

  record None() implements Precondition {}

  /** If-Match: its index is this. */
  record IndexIs(long index) implements Precondition {}

  /** If-None-Match: *. */
  record Absent() implements Precondition {}
}
