package dev.regrow.runtime.cgroup;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.Machine.CgroupWorld;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.cgroup.Hierarchies.Controller;
import dev.regrow.runtime.cgroup.LimitFiles.LimitFile;
import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@link Cgroups} in the hierarchies of this machine. */
public final class HostCgroups implements Cgroups {

  private static final Path MOUNTS = Path.of("/proc/self/mounts");
  private static final String TOP = "regrow";
  private static final String AGENT_TOP = "regrow-agent";
  private static final long MAX_MILLIS = 1_000_000;
  private static final Path DISKS = Path.of("/sys/block");

  private final Hierarchies hierarchies;
  private final String nodeUid;
  private final CgroupFiles files;
  private final Supplier<Kernel> kernel;

  /** Also the lock on what follows, and on the making and removing of what instances share. */
  private final Levels levels;

  private final Claims claims;
  private final Set<InstanceKey> killed = new HashSet<>();

  private final Executor later;
  private boolean tidyingIsPlanned;
  private volatile @Nullable List<String> unifiedControllers;

  /**
   * @param later runs what nobody waits for, after a while
   */
  HostCgroups(
      Hierarchies hierarchies,
      String nodeUid,
      CgroupFiles files,
      Supplier<Kernel> kernel,
      int processors,
      Executor later) {
    this.hierarchies = hierarchies;
    this.nodeUid = nodeUid;
    this.files = files;
    this.kernel = kernel;
    this.later = later;
    this.levels = new Levels(files, world() == CgroupWorld.V2);
    this.claims = new Claims(files, world() == CgroupWorld.V2, this::available, processors * 1000L);
  }

  /**
   * Those of this machine.
   *
   * @param kernel is asked for only where the machine has v1 alone, to kill
   * @throws RuntimeFailure if no cgroup file system is mounted
   */
  public static HostCgroups ofThisMachine(String nodeUid, Supplier<Kernel> kernel) {
    try {
      var hierarchies =
          Hierarchies.parse(Files.readString(MOUNTS))
              .orElseThrow(
                  () ->
                      new RuntimeFailure(
                          "no cgroup file system is mounted; mount cgroup2 at /sys/fs/cgroup",
                          false));
      return new HostCgroups(
          hierarchies,
          nodeUid,
          new CgroupFiles(),
          kernel,
          Runtime.getRuntime().availableProcessors(),
          CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS));
    } catch (IOException e) {
      throw CgroupFiles.failure("read " + MOUNTS, e);
    }
  }

  @Override
  public CgroupWorld world() {
    return hierarchies.world();
  }

  @Override
  public List<String> warnings() {
    var missing =
        Controller.usual().stream()
            .filter(controller -> !available(controller))
            .map(Controller::kernelName)
            .collect(Collectors.joining(", "));
    return missing.isEmpty()
        ? List.of()
        : List.of("cgroup controllers are missing, their limits are not enforced: " + missing);
  }

  boolean available(Controller controller) {
    if (controller == Controller.CPUACCT && hierarchies.countsTimeUnified()) {
      return true;
    }
    if (world() != CgroupWorld.V2) {
      return controller != Controller.IO && hierarchies.root(controller).isPresent();
    }
    return unifiedControllers().contains(controller.kernelName());
  }

  /** Asked for at each start, and the same as long as the machine runs. */
  private List<String> unifiedControllers() {
    var known = unifiedControllers;
    if (known == null) {
      known = levels.words(unifiedRoot(), "cgroup.controllers");
      unifiedControllers = known;
    }
    return known;
  }

  private Path unifiedRoot() {
    var unified = hierarchies.unified();
    if (unified == null) {
      throw new IllegalStateException("no unified hierarchy");
    }
    return unified;
  }

  @Override
  public void enterAgentCgroup() {
    synchronized (levels) {
      for (var root : agentRoots()) {
        var top = root.resolve(AGENT_TOP);
        levels.make(top, root);
        // One that was killed as a whole would have each start killed too: see makeAnew.
        files.removeDirectory(top.resolve(nodeUid));
        levels.make(top.resolve(nodeUid), root);
        if (hierarchies.root(Controller.CPU).filter(root::equals).isPresent()) {
          for (var dir : List.of(top, top.resolve(nodeUid))) {
            claims.share(dir, MAX_MILLIS);
          }
        }
        files.write(
            top.resolve(nodeUid).resolve("cgroup.procs"),
            Long.toString(ProcessHandle.current().pid()));
      }
      tidyAfterTheLastAgent();
    }
  }

  /** An agent that was killed had no time to tidy. */
  private void tidyAfterTheLastAgent() {
    for (var root : hierarchies.everyRoot()) {
      for (var namespace : files.children(root.resolve(TOP).resolve(nodeUid))) {
        files.children(namespace).forEach(workload -> levels.left(workload.resolve("any")));
        levels.left(namespace.resolve("any"));
      }
    }
    planTidying();
  }

  /** Only where it matters: cpu for the weight, unified to be found again. */
  private Set<Path> agentRoots() {
    var roots = new LinkedHashSet<Path>();
    hierarchies.root(Controller.CPU).ifPresent(roots::add);
    var unified = hierarchies.unified();
    if (unified != null) {
      roots.add(unified);
    }
    return roots;
  }

  @Override
  public void leaveAgentCgroup() {
    long self = ProcessHandle.current().pid();
    for (var root : agentRoots()) {
      if (lists(root.resolve(AGENT_TOP).resolve(nodeUid), self)) {
        files.write(root.resolve("cgroup.procs"), Long.toString(self));
      }
    }
  }

  @Override
  public Set<Long> agentPids() {
    return agentRoots().stream()
        .limit(1)
        .flatMap(root -> pids(root.resolve(AGENT_TOP).resolve(nodeUid)))
        .collect(Collectors.toSet());
  }

  private Stream<Long> pids(Path dir) {
    return files.read(dir.resolve("cgroup.procs")).lines().map(Long::parseLong);
  }

  boolean lists(Path dir, long pid) {
    return pids(dir).anyMatch(member -> member == pid);
  }

  @Override
  public InstanceCgroup create(InstanceKey key, Limits limits) {
    boolean fresh = false;
    boolean allAnew = true;
    try {
      synchronized (levels) {
        boolean spent = killed.remove(key) || !claims.has(key);
        if (!spent && claims.holds(key, limits) && stands(key)) {
          return of(key); // A restart in place: nothing has changed, and it is in a hurry.
        }
        if (spent) {
          makeAnew(key);
        }
        for (var root : hierarchies.roots()) {
          boolean made = levels.make(directory(root, key), root);
          fresh |= made;
          allAnew &= made;
        }
        fresh |= claims.put(key, limits);
        if (fresh) {
          hierarchies.root(Controller.CPU).ifPresent(cpu -> claims.raise(key, directory(cpu, key)));
        }
      }
      if (fresh) {
        if (limits.ioWeight() > 0) {
          weighIo(key);
        }
        for (var limit : limitFiles(limits)) {
          if (!allAnew || !LimitFiles.isDefault(limit)) {
            write(key, limit);
          }
        }
      }
    } catch (RuntimeFailure e) {
      of(key).remove();
      throw e;
    }
    return of(key);
  }

  private void weighIo(InstanceKey key) {
    if (available(Controller.IO)) {
      synchronized (levels) {
        levels.handDown(directory(unifiedRoot(), key), unifiedRoot(), Controller.IO);
      }
    }
  }

  @Override
  public Optional<String> lackOf(Limits limits) {
    return limits.ioWeight() == 0
        ? Optional.empty()
        : IoWeight.lack(world() == CgroupWorld.V2 && available(Controller.IO), DISKS);
  }

  /**
   * What is cloned into a cgroup dies at once unless that and the caller's own were killed by
   * cgroup.kill equally often (seen on Linux 6.18: CLONE_INTO_CGROUP compares the two counts). So
   * one that was killed, or that stood before this agent came, is not started in again.
   */
  private void makeAnew(InstanceKey key) {
    var unified = hierarchies.unified();
    if (unified != null) {
      levels.removeTree(directory(unified, key));
    }
  }

  /** All that was in it was killed by cgroup.kill. */
  void noteKilled(InstanceKey key) {
    synchronized (levels) {
      killed.add(key);
    }
  }

  private boolean stands(InstanceKey key) {
    return hierarchies.roots().stream().allMatch(root -> Files.isDirectory(directory(root, key)));
  }

  private List<LimitFile> limitFiles(Limits limits) {
    return world() == CgroupWorld.V2 ? LimitFiles.v2(limits) : LimitFiles.v1(limits);
  }

  private void write(InstanceKey key, LimitFile limit) {
    if (available(limit.controller())) {
      hierarchies
          .root(limit.controller())
          .ifPresent(root -> files.write(directory(root, key), limit));
    }
  }

  private Path directory(Path root, InstanceKey key) {
    return root.resolve(TOP)
        .resolve(nodeUid)
        .resolve(key.namespace())
        .resolve(key.workload())
        .resolve(key.instanceId());
  }

  @Override
  public InstanceCgroup of(InstanceKey key) {
    return new HostInstanceCgroup(this, hierarchies, key, files, kernel);
  }

  Path directoryOf(Path root, InstanceKey key) {
    return directory(root, key);
  }

  /**
   * Those above stay for a while: where instances come and go, the next one is about to need them.
   *
   * @return whether the instance's own cgroups are all gone
   */
  boolean remove(InstanceKey key) {
    boolean gone = true;
    for (var root : hierarchies.everyRoot()) {
      gone &= levels.removeTree(directory(root, key));
    }
    if (gone) {
      synchronized (levels) {
        killed.remove(key);
        claims.remove(key);
        hierarchies.everyRoot().forEach(root -> levels.left(directory(root, key)));
        planTidying();
      }
    }
    return gone;
  }

  private void planTidying() {
    if (!tidyingIsPlanned) {
      tidyingIsPlanned = true;
      later.execute(this::tidy);
    }
  }

  @Override
  public void tidy() {
    synchronized (levels) {
      tidyingIsPlanned = false;
      levels.removeEmpty(hierarchies.everyRoot()).forEach(claims::forget);
      hierarchies
          .root(Controller.CPU)
          .ifPresent(
              cpu -> claims.settle(key -> directory(cpu, key), cpu.resolve(TOP).resolve(nodeUid)));
    }
  }

  @Override
  public Load.Usage usage() {
    return new Meter(hierarchies, files).usage(root -> root.resolve(TOP).resolve(nodeUid));
  }

  @Override
  public Set<InstanceKey> instances() {
    var found = new LinkedHashSet<InstanceKey>();
    for (var root : hierarchies.roots()) {
      for (var namespace : files.children(root.resolve(TOP).resolve(nodeUid))) {
        for (var workload : files.children(namespace)) {
          for (var instance : files.children(workload)) {
            found.add(
                new InstanceKey(
                    namespace.getFileName().toString(),
                    workload.getFileName().toString(),
                    instance.getFileName().toString()));
          }
        }
      }
    }
    return found;
  }

  @Override
  public List<String> removeAll() {
    synchronized (levels) {
      claims.clear();
      var left = new ArrayList<String>();
      for (var root : hierarchies.everyRoot()) {
        for (var top : List.of(root.resolve(TOP), root.resolve(AGENT_TOP))) {
          if (!levels.removeTree(top.resolve(nodeUid))) {
            left.add("cgroup " + top.resolve(nodeUid) + " still holds processes");
          }
          files.removeDirectory(top); // stays while another node of this machine is in it
        }
      }
      return left;
    }
  }
}
