package dev.regrow.runtime.cgroup;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.Machine.CgroupWorld;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.cgroup.Hierarchies.Controller;
import dev.regrow.runtime.syscall.Errno;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.runtime.syscall.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@link InstanceCgroup} in the hierarchies of this machine. Holds no state of its own. */
final class HostInstanceCgroup implements InstanceCgroup {

  /** A cgroup counts as busy for a moment after its last process. */
  private static final Duration REMOVAL_PATIENCE = Duration.ofSeconds(2);

  private static final long NO_LIMIT = 1L << 60;

  private final HostCgroups cgroups;
  private final Hierarchies hierarchies;
  private final InstanceKey key;
  private final CgroupFiles files;
  private final Supplier<Kernel> kernel;

  HostInstanceCgroup(
      HostCgroups cgroups,
      Hierarchies hierarchies,
      InstanceKey key,
      CgroupFiles files,
      Supplier<Kernel> kernel) {
    this.cgroups = cgroups;
    this.hierarchies = hierarchies;
    this.key = key;
    this.files = files;
    this.kernel = kernel;
  }

  @Override
  public List<Path> v1Tasks() {
    return hierarchies.v1Roots().stream()
        .map(root -> cgroups.directoryOf(root, key).resolve("tasks"))
        .toList();
  }

  @Override
  public Optional<Path> v2Directory() {
    return Optional.ofNullable(hierarchies.unified()).map(root -> cgroups.directoryOf(root, key));
  }

  @Override
  public Counters counters() {
    var oomFile = v2() ? "memory.events" : "memory.oom_control";
    return new Counters(
        Counters.value(read(Controller.MEMORY, oomFile), "oom_kill"),
        Counters.value(read(Controller.PIDS, "pids.events"), "max"));
  }

  @Override
  public Load.Usage usage() {
    return new Meter(hierarchies, files).usage(root -> cgroups.directoryOf(root, key));
  }

  @Override
  public Load.OfInstance load() {
    var usage = usage();
    var cpu = read(Controller.CPU, "cpu.stat");
    return new Load.OfInstance(
        usage.cpuNanos(),
        usage.memoryBytes(),
        limit(read(Controller.MEMORY, v2() ? "memory.max" : "memory.limit_in_bytes")),
        usage.pids(),
        limit(read(Controller.PIDS, "pids.max")),
        v2() ? Counters.value(cpu, "throttled_usec") * 1000 : Counters.value(cpu, "throttled_time"),
        counters().oomKills(),
        Pressure.parse(
            resource ->
                v2Directory()
                    .map(dir -> readable(dir.resolve(resource + ".pressure")))
                    .orElse("")));
  }

  /** 0: none. Version 1 says that by a number that no machine has. */
  static long limit(String text) {
    var word = text.trim();
    if (word.isEmpty() || word.equals("max")) {
      return 0;
    }
    long number = Long.parseLong(word);
    return number >= NO_LIMIT ? 0 : number;
  }

  /** A kernel may have the file and refuse to read it, where it was started with psi=0. */
  private String readable(Path file) {
    try {
      return files.read(file);
    } catch (RuntimeFailure off) {
      return "";
    }
  }

  private boolean v2() {
    return hierarchies.world() == CgroupWorld.V2;
  }

  private String read(Controller controller, String file) {
    return hierarchies
        .root(controller)
        .map(root -> files.read(cgroups.directoryOf(root, key).resolve(file)))
        .orElse("");
  }

  @Override
  public boolean has(long pid) {
    return hierarchies.roots().stream()
        .allMatch(root -> cgroups.lists(cgroups.directoryOf(root, key), pid));
  }

  @Override
  public Set<Long> pids() {
    var dir = v2Directory().orElseGet(this::v1Directory);
    return Stream.concat(Stream.of(dir), files.children(dir).stream())
        .flatMap(each -> files.read(each.resolve("cgroup.procs")).lines())
        .map(Long::valueOf)
        .collect(Collectors.toSet());
  }

  @Override
  public boolean empty() {
    // Where there are several, a process is in all of them, and the unified one is quickly asked.
    return v2Directory().map(Stream::of).orElseGet(this::v1Directories).allMatch(this::unpopulated);
  }

  private Stream<Path> v1Directories() {
    return hierarchies.v1Roots().stream().map(root -> cgroups.directoryOf(root, key));
  }

  private boolean unpopulated(Path dir) {
    var events = files.read(dir.resolve("cgroup.events"));
    return events.isEmpty()
        ? files.read(dir.resolve("cgroup.procs")).isBlank()
            && files.children(dir).stream().allMatch(this::unpopulated)
        : Counters.value(events, "populated") == 0;
  }

  @Override
  public void killAll() {
    var kill = v2Directory().map(dir -> dir.resolve("cgroup.kill"));
    if (kill.isPresent() && Files.exists(kill.get())) {
      cgroups.noteKilled(key);
      files.write(kill.get(), "1");
    } else {
      hierarchies.roots().stream()
          .map(root -> cgroups.directoryOf(root, key))
          .flatMap(dir -> Stream.concat(Stream.of(dir), files.children(dir).stream()))
          .flatMap(
              dir -> files.read(dir.resolve("cgroup.procs")).lines().map(p -> new Member(dir, p)))
          .forEach(this::kill);
    }
  }

  @Override
  public boolean freeze(boolean frozen) {
    var file = v2Directory().map(dir -> dir.resolve("cgroup.freeze")).filter(Files::exists);
    file.ifPresent(freeze -> files.write(freeze, frozen ? "1" : "0"));
    return file.isPresent();
  }

  @Override
  public Branch branch(String name) {
    var dir = v2Directory().orElseGet(this::v1Directory).resolve(name);
    try {
      files.makeDirectory(dir);
    } catch (IOException e) {
      throw CgroupFiles.failure("make cgroup " + dir, e);
    }
    return new HostBranch(dir);
  }

  /** Of the controller that a further level means least to. */
  private Path v1Directory() {
    var root =
        hierarchies.root(Controller.PIDS).orElseGet(() -> hierarchies.v1Roots().iterator().next());
    return cgroups.directoryOf(root, key);
  }

  /** In one hierarchy only: that is enough to find its processes. */
  private final class HostBranch implements Branch {
    private final Path dir;

    private HostBranch(Path dir) {
      this.dir = dir;
    }

    @Override
    public List<Path> v1Tasks() {
      var own = HostInstanceCgroup.this.v1Tasks();
      var instead = Levels.parent(dir).resolve("tasks");
      return own.stream().map(at -> at.equals(instead) ? dir.resolve("tasks") : at).toList();
    }

    @Override
    public Optional<Path> v2Directory() {
      return HostInstanceCgroup.this.v2Directory().map(own -> dir);
    }

    @Override
    public void end(Duration timeout) {
      within(
          timeout,
          () -> {
            if (!unpopulated(dir)) {
              killAllIn(dir);
            }
            return files.removeDirectory(dir);
          });
    }
  }

  private void killAllIn(Path dir) {
    var kill = dir.resolve("cgroup.kill");
    if (Files.exists(kill)) {
      files.write(kill, "1");
    } else {
      files.read(dir.resolve("cgroup.procs")).lines().forEach(pid -> kill(new Member(dir, pid)));
    }
  }

  private record Member(Path cgroup, String pid) {}

  /** Once the pidfd is open its process cannot be mistaken, so only then is membership decided. */
  private void kill(Member member) {
    try (var pidfd = kernel.get().pidfdOpen(Integer.parseInt(member.pid))) {
      if (cgroups.lists(member.cgroup, Long.parseLong(member.pid))) {
        kernel.get().pidfdSendSignal(pidfd, Signal.KILL);
      }
    } catch (SyscallException e) {
      if (e.errno() != Errno.ESRCH) { // ESRCH: it is gone, which is what we want
        throw e;
      }
    }
  }

  @Override
  public boolean killAndAwaitEmpty(Duration timeout) {
    return within(
        timeout,
        () -> {
          if (empty()) {
            return true;
          }
          killAll(); // again: without cgroup.kill a fork may have escaped the last round
          return empty();
        });
  }

  @Override
  public void remove() {
    if (!within(REMOVAL_PATIENCE, () -> cgroups.remove(key))) {
      throw new RuntimeFailure(
          "cannot remove the cgroups of " + key + ": processes are still in them", true);
    }
  }

  /** These waits happen off the path of a restart; nothing announces the end of the last zombie. */
  private static boolean within(Duration timeout, BooleanSupplier condition) {
    long deadline = System.nanoTime() + timeout.toNanos();
    long pause = 200_000;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(pause * 2, 20_000_000);
    }
    return true;
  }
}
