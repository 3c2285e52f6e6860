package dev.regrow.runtime.fault;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can be done to a node and to what runs on it. */
public enum FaultKind {
  /** All its processes are killed at once. */
  INSTANCE_KILL(true, 600),
  /** None of its processes goes on. */
  INSTANCE_PAUSE(true, 600),
  /** Nothing reaches it, and it reaches nothing; needs an address of its own. */
  INSTANCE_CUT(true, 600),
  /** Others take processor time within its limits. */
  INSTANCE_CPU(true, 600),
  /** Others take memory within its limits. */
  INSTANCE_MEMORY(true, 600),
  /** This machine and other nodes' machines do not hear each other. */
  PARTITION(false, 600),
  /** The node's JVM stands still; instances live on. */
  JVM_STOP(false, 60);

  private final boolean ofInstance;
  private final long secondsMax;

  FaultKind(boolean ofInstance, long secondsMax) {
    this.ofInstance = ofInstance;
    this.secondsMax = secondsMax;
  }

  /** As {@code instance-kill}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<FaultKind> of(String text) {
    return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
  }

  /** Whether it is done to one instance. */
  public boolean isOfInstance() {
    return ofInstance;
  }

  /** How long it may last. */
  public long secondsMax() {
    return secondsMax;
  }
}
