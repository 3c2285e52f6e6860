package dev.regrow.cli.local;

/**
 * What a numbered node's directory holds.
 *
 * @param cluster of its identity; "" if it has none
 * @param role {@code server}, {@code worker} or {@code witness}; "" if it is nothing yet
 */
record Found(State state, String cluster, String role) {

  static final Found NOTHING = new Found(State.NOTHING, "", "");

  enum State {
    /** No identity: it was never let in, or was emptied. */
    NOTHING,
    /** The identity of a cluster that has no store yet, so there is nothing of it to lose. */
    FOUNDING,
    /** Let in, and ended before it was up: it does not know yet that it has no token of its own. */
    ADMITTED,
    MEMBER,
    /** Its cluster wants it no more. */
    REMOVED
  }

  boolean is(State other) {
    return state == other;
  }

  /** Whether a cluster knows it. */
  boolean isInside() {
    return state == State.MEMBER || state == State.ADMITTED;
  }

  /** Whether it comes up by itself, if the store does. */
  boolean runsInstances() {
    return state == State.MEMBER && !role.equals("witness");
  }

  /** Whether others can join through it. */
  boolean keepsStore() {
    return state == State.MEMBER && role.equals("server");
  }
}
