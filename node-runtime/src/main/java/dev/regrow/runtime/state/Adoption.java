package dev.regrow.runtime.state;

import dev.regrow.runtime.state.Status.ProcessId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what to make of an instance that the last agent left. Files can be forged and pids come
 * around (32768 of them beside a fork bomb is seconds), so a process is taken for ours only if
 * boot, start time and cgroup all say so.
 */
public final class Adoption {

  private Adoption() {}

  /**
   * What is seen of a pid while a pidfd of it is held, so that it cannot become another's.
   *
   * @param startTicks field 22 of /proc/PID/stat; -1 if there is no such process
   * @param inItsCgroup for the shim the agent's cgroup, for init the instance's own
   */
  public record Seen(long startTicks, boolean inItsCgroup) {

    public static final Seen NOTHING = new Seen(-1, false);

    private boolean is(ProcessId id) {
      return startTicks == id.startTicks() && inItsCgroup;
    }
  }

  /** What to do. */
  public sealed interface Decision {

    /** It lives: watch its shim. */
    record Adopt(Status status) implements Decision {}

    /** It ended while no agent ran, and its shim wrote down how. */
    record Ended(Status status) implements Decision {}

    /** It ran, and neither shim nor record of its end is left. */
    record ShimLost(@Nullable Status status) implements Decision {}

    /** None of ours, or of another boot: nothing is signalled, the files are removed. */
    record Disown(String why) implements Decision {}
  }

  /**
   * @param directory name of the state directory, which is the instance's id
   * @param statusText empty if the shim has written none
   * @param shim what is seen of the pid that the status names
   */
  public static Decision decide(
      String directory, String specText, String statusText, String bootId, Seen shim, Seen init) {
    var spec = InstanceFile.parse(specText);
    if (spec.file().isEmpty()) {
      return new Decision.Disown("its spec file cannot be read: " + spec.problem());
    }
    var file = spec.file().get();
    if (!file.key().instanceId().equals(directory)) {
      return new Decision.Disown("its spec file is that of instance " + file.key().instanceId());
    }
    if (!file.bootId().equals(bootId)) {
      return new Decision.Disown("it was started before the machine was");
    }
    return decide(file, statusText, shim, init);
  }

  private static Decision decide(InstanceFile file, String statusText, Seen shim, Seen init) {
    if (statusText.isEmpty()) {
      return new Decision.ShimLost(null); // The agent died between the two; exec never succeeded.
    }
    Optional<Status> parsed = Status.parse(statusText).status();
    if (parsed.isEmpty()) {
      return new Decision.Disown(
          "its status file cannot be read: " + Status.parse(statusText).problem());
    }
    var status = parsed.get();
    if (status.attempt() != file.attempt()) {
      return new Decision.ShimLost(null); // What is on file is the attempt before.
    }
    if (status.exit() != null) {
      return new Decision.Ended(status);
    }
    return shim.is(status.shim()) && init.is(status.init())
        ? new Decision.Adopt(status)
        : new Decision.ShimLost(status);
  }
}
