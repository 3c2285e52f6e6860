package dev.regrow.runtime.launch;

import java.nio.file.Path;

/** One step of a launch, as data. */
sealed interface LaunchStep {

  void carryOutBy(Executor executor);

  /** Takes it back; also if it was done by half, or not at all. */
  void undoBy(Executor executor);

  /**
   * An empty directory that keeps what the instance writes to its root.
   *
   * @param owner the host's id of the instance's root user
   */
  record MakeWritable(Path directory, int owner) implements LaunchStep {
    @Override
    public void carryOutBy(Executor executor) {
      executor.makeWritable(this);
    }

    @Override
    public void undoBy(Executor executor) {
      executor.removeWritable(this);
    }
  }

  /** Starts the shim and waits until it has said how exec went. */
  record StartShim(String instanceId, byte[] config) implements LaunchStep {
    @Override
    public void carryOutBy(Executor executor) {
      executor.startShim(this);
    }

    @Override
    public void undoBy(Executor executor) {
      executor.killShim(this);
    }
  }

  /** A new step adds methods here, so the compiler finds what forgot it. */
  interface Executor {
    void makeWritable(MakeWritable step);

    void removeWritable(MakeWritable step);

    void startShim(StartShim step);

    void killShim(StartShim step);
  }
}
