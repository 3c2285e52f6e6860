package dev.regrow.runtime.launch;

import dev.regrow.runtime.LaunchSpec;
import java.nio.file.Path;
import java.util.Map;

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

  /**
   * A directory of files, in memory: as they were at an earlier attempt, they are made anew.
   *
   * @param uid and gid as the host numbers them
   */
  record MakeFiles(
      Path directory,
      Map<String, LaunchSpec.Bytes> content,
      int directoryMode,
      int fileMode,
      int uid,
      int gid)
      implements LaunchStep {
    @Override
    public void carryOutBy(Executor executor) {
      executor.makeFiles(this);
    }

    @Override
    public void undoBy(Executor executor) {
      executor.removeFiles(this);
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

    void makeFiles(MakeFiles step);

    void removeFiles(MakeFiles step);

    void startShim(StartShim step);

    void killShim(StartShim step);
  }
}
