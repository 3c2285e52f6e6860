package dev.regrow.runtime.process;

import dev.regrow.runtime.cgroup.Cgroups;
import dev.regrow.runtime.syscall.Errno;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.runtime.syscall.SyscallException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Shims that no state speaks of: their agent died between starting them and learning of it. They
 * are known by the agent's cgroup, which nothing else of this machine is in, and by their name.
 */
final class StrayShims {

  /** Those of shims, and of commands that were joining an instance. */
  private static final Set<String> NAMES = Set.of("regrow-shim", "regrow-exec");

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private StrayShims() {}

  /**
   * Kills all shims of this node but those of the given instances; their processes go with them.
   *
   * @return pids in the agent's cgroup that are no shims
   */
  static Set<Long> kill(Kernel kernel, Cgroups cgroups, Set<String> spared) {
    var others = new TreeSet<Long>();
    for (long pid : cgroups.agentPids()) {
      try (var pidfd = kernel.pidfdOpen((int) pid)) {
        // Only now can the number not become another's while we look at it.
        var instance = instanceOf(pid);
        if (instance.isEmpty()) {
          others.add(pid);
        } else if (!spared.contains(instance.get()) && cgroups.agentPids().contains(pid)) {
          kernel.pidfdSendSignal(pidfd, Signal.KILL);
          kernel.pollReadable(pidfd, PATIENCE);
          kernel.waitid(pidfd);
        }
      } catch (SyscallException e) {
        if (e.errno() != Errno.ESRCH) { // ESRCH: it ended by itself
          throw e;
        }
      }
    }
    return others;
  }

  private static Optional<String> instanceOf(long pid) {
    try {
      var cmdline = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
      var arguments = List.of(new String(cmdline, StandardCharsets.UTF_8).split("\0", -1));
      return arguments.size() > 1 && NAMES.contains(arguments.get(0))
          ? Optional.of(arguments.get(1))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // It is gone.
    }
  }
}
