package dev.regrow.actors.control;

/** What whoever asks may do, where an answer depends on it. */
public enum Caller {
  MAY_READ,
  MAY_DEPLOY;

  /** Whether a namespace's secrets may be used on its behalf; they are shown to nobody. */
  boolean mayUseSecrets() {
    return this == MAY_DEPLOY;
  }
}
