package dev.regrow.runtime.process;

import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.Permit;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.launch.Places;
import dev.regrow.runtime.logs.FileLogs;
import dev.regrow.runtime.state.InstanceFile;
import dev.regrow.runtime.state.Status;
import dev.regrow.runtime.syscall.SyscallException;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * Starts attempts with all that they need of this machine, and takes it back where a start fails.
 */
final class Starter {

  private final RuntimeConfig config;
  private final String bootId;
  private final HostPaths hostPaths;
  private final MachineParts parts;
  private final NodeInstances instances;
  private final RootWatch rootWatch;
  private final FileLogs logs;
  private final Executor disk;

  /**
   * @param disk for what no start waits for
   */
  Starter(
      RuntimeConfig config,
      String bootId,
      HostPaths hostPaths,
      MachineParts parts,
      NodeInstances instances,
      RootWatch rootWatch,
      FileLogs logs,
      Executor disk) {
    this.config = config;
    this.bootId = bootId;
    this.hostPaths = hostPaths;
    this.parts = parts;
    this.instances = instances;
    this.rootWatch = rootWatch;
    this.logs = logs;
    this.disk = disk;
  }

  /**
   * Returns once exec has succeeded.
   *
   * @throws RuntimeFailure if it did not
   */
  RunningInstance start(LaunchSpec spec, Permit permit) {
    refuseWhatMayNot(spec, permit);
    var judged = hostPaths.judged(spec);
    try {
      var instance = startShim(judged);
      if (spec.attempt() > 1) {
        disk.execute(() -> logs.retain(spec.key(), config.logAttempts(), config.logBytesMax()));
      }
      return instance;
    } catch (SyscallException e) {
      parts.removeAttempt(spec.key());
      throw new RuntimeFailure(
          "cannot start %s: %s".formatted(spec.key(), e.getMessage()), true, e);
    } catch (RuntimeFailure e) {
      parts.removeAttempt(spec.key());
      throw e;
    }
  }

  private void refuseWhatMayNot(LaunchSpec spec, Permit permit) {
    if (!permit.take()) {
      throw new RuntimeFailure(spec.key() + " was stopped before it was started", false);
    }
    instances
        .living(spec.key())
        .ifPresent(
            last -> {
              throw new RuntimeFailure(
                  "%s is running its attempt %d already".formatted(spec.key(), last.attempt()),
                  false);
            });
  }

  private LiveInstance startShim(LaunchSpec spec) {
    var id = spec.key().instanceId();
    if (!parts.state().evicted(id).isEmpty()) {
      rootWatch.makeRoom(spec); // First: what fails below leaves no note of the eviction.
    }
    var cgroup = parts.cgroups().create(spec.key(), spec.limits());
    var attachment =
        spec.network() == LaunchSpec.Network.BRIDGE ? parts.network().attach(spec.key()) : null;
    var address = attachment == null ? null : attachment.address();
    var file = InstanceFile.of(spec, bootId, cgroup.counters(), address);
    parts.state().writeSpec(file, true);
    instances.takeSlot(spec.key(), spec.slot());
    var places =
        new Places(
            parts.state().instance(id),
            parts.state().files(id),
            logs.prepare(spec.key()),
            cgroup.v1Tasks(),
            cgroup.v2Directory(),
            config.logBytesPerFile(),
            config.logFiles(),
            attachment);
    var started = parts.launcher().launch(spec, places);
    var lacks = parts.cgroups().lackOf(spec.limits());
    var warnings = Stream.concat(started.warnings().stream(), lacks.stream()).toList();
    if (!warnings.isEmpty()) {
      file = file.withWarnings(warnings);
      parts.state().writeSpec(file, false);
    }
    var status = status(spec);
    return instances.lives(file, status, parts.kernel().pidfdOpen(started.shimPid()));
  }

  private Status status(LaunchSpec spec) {
    var said = Status.parse(parts.state().status(spec.key().instanceId()));
    return said.status()
        .orElseThrow(
            () ->
                new RuntimeFailure(
                    "the shim of " + spec.key() + " wrote no status: " + said.problem(), true));
  }
}
