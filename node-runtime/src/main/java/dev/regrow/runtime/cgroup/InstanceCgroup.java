package dev.regrow.runtime.cgroup;

import dev.regrow.runtime.Load;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The cgroups of one instance, one in each hierarchy. */
public interface InstanceCgroup {

  /**
   * The v1 files that a process writes "0" to in order to join. (Its {@code cgroup.procs} would do
   * too, but costs 10 ms instead of 0.05.)
   */
  List<Path> v1Tasks();

  /** For CLONE_INTO_CGROUP; empty on a machine with v1 only. */
  Optional<Path> v2Directory();

  Counters counters();

  Load.Usage usage();

  /** What it uses, waits for and may use. */
  Load.OfInstance load();

  /** Whether this process is one of its own. */
  boolean has(long pid);

  /** All its processes, those of people's commands too. */
  Set<Long> pids();

  /** Whether no process is left in any of its cgroups; true if they do not exist. */
  boolean empty();

  /** Kills whatever runs in it. Harmless when nothing does. */
  void killAll();

  /** Kills whatever runs in it, and waits until that is gone. */
  boolean killAndAwaitEmpty(Duration timeout);

  /**
   * Stops all its processes where they are, or lets them go on. They can be killed meanwhile.
   *
   * @return false where nothing can be stopped so: on a machine with v1 only
   */
  boolean freeze(boolean frozen);

  /**
   * A group of its own for what is run in the instance besides, so that all of it can be killed;
   * its limits are the instance's.
   *
   * @param name of no other one
   */
  Branch branch(String name);

  /** A part of an instance's processes. */
  interface Branch {
    List<Path> v1Tasks();

    Optional<Path> v2Directory();

    /** Kills whatever is left in it, waits until that is gone, and removes it. */
    void end(Duration timeout);
  }

  /** Removes it; the levels above it, once they hold nothing for a while. Idempotent. */
  void remove();
}
