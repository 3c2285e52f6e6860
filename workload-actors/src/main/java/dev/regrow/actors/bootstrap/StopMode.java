package dev.regrow.actors.bootstrap;

/** What becomes of the instances when a node stops. */
public enum StopMode {
  /** They live on, and the next start adopts them: a restart. */
  KEEP_INSTANCES,
  /** Each is stopped, within its grace; what is assigned runs again when the node is started. */
  END_INSTANCES
}
