package dev.regrow.runtime.process;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.cgroup.Cgroups;
import dev.regrow.runtime.state.Adoption;
import dev.regrow.runtime.state.Adoption.Decision;
import dev.regrow.runtime.state.Adoption.Seen;
import dev.regrow.runtime.state.InstanceFile;
import dev.regrow.runtime.state.ProcFs;
import dev.regrow.runtime.state.StateDirectory;
import dev.regrow.runtime.state.Status;
import dev.regrow.runtime.state.Status.ProcessId;
import dev.regrow.runtime.syscall.Errno;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Gathers the facts that {@link Adoption} decides on. */
final class Adopter {

  private final Kernel kernel;
  private final StateDirectory state;
  private final Cgroups cgroups;
  private final String bootId;

  Adopter(Kernel kernel, StateDirectory state, Cgroups cgroups, String bootId) {
    this.kernel = kernel;
    this.state = state;
    this.cgroups = cgroups;
    this.bootId = bootId;
  }

  /**
   * What was found under one name.
   *
   * @param file null if it is disowned
   * @param shim of a living one, to be closed by the caller; else null
   */
  record Found(
      String instanceId, @Nullable InstanceFile file, Decision decision, @Nullable Fd shim) {}

  List<Found> find() {
    var found = new ArrayList<Found>();
    state.list().forEach(instanceId -> found.add(find(instanceId)));
    return found;
  }

  private Found find(String instanceId) {
    var spec = state.spec(instanceId);
    var status = state.status(instanceId);
    while (true) {
      var found = look(instanceId, spec, status);
      // A shim that ended while we looked has written so before: that counts.
      var again = state.status(instanceId);
      if (found.decision instanceof Decision.Adopt || again.equals(status)) {
        return found;
      }
      status = again;
    }
  }

  private Found look(String instanceId, String spec, String status) {
    var file = InstanceFile.parse(spec).file();
    var claimed = Status.parse(status).status();
    var key = file.map(InstanceFile::key);
    var shim = open(claimed.map(Status::shim));
    var init = open(claimed.map(Status::init));
    try (init) {
      var decision =
          Adoption.decide(
              instanceId,
              spec,
              status,
              bootId,
              seen(shim, pid -> cgroups.agentPids().contains(pid)),
              seen(init, pid -> key.isPresent() && isIn(key.get(), pid)));
      boolean lives = decision instanceof Decision.Adopt;
      if (!lives) {
        shim.close();
      }
      return new Found(
          instanceId,
          decision instanceof Decision.Disown ? null : file.orElse(null),
          decision,
          lives ? shim.pidfd : null);
    }
  }

  private boolean isIn(InstanceKey key, long pid) {
    return cgroups.of(key).has(pid);
  }

  /**
   * A pidfd, and the number it was opened by: while it is held, the number is no other process's.
   */
  private record Held(int pid, @Nullable Fd pidfd) implements AutoCloseable {
    @Override
    public void close() {
      if (pidfd != null) {
        pidfd.close();
      }
    }
  }

  private Held open(Optional<ProcessId> id) {
    if (id.isEmpty()) {
      return new Held(-1, null);
    }
    int pid = id.get().pid();
    try {
      return new Held(pid, kernel.pidfdOpen(pid));
    } catch (SyscallException e) {
      if (e.errno() == Errno.ESRCH) {
        return new Held(pid, null);
      }
      throw e;
    }
  }

  private static Seen seen(Held held, Predicate<Long> inItsCgroup) {
    return held.pidfd == null
        ? Seen.NOTHING
        : new Seen(ProcFs.startTicks(held.pid), inItsCgroup.test((long) held.pid));
  }
}
