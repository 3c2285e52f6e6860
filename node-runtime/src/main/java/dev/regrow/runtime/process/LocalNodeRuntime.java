package dev.regrow.runtime.process;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.Machine;
import dev.regrow.runtime.NodeRuntime;
import dev.regrow.runtime.Permit;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.ServedPort;
import dev.regrow.runtime.cgroup.Cgroups;
import dev.regrow.runtime.cgroup.HostCgroups;
import dev.regrow.runtime.fault.LocalFaults;
import dev.regrow.runtime.fault.NodeFaults;
import dev.regrow.runtime.image.ImageLaunch;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.Images;
import dev.regrow.runtime.image.NodeImages;
import dev.regrow.runtime.image.Platform;
import dev.regrow.runtime.image.source.Registries;
import dev.regrow.runtime.launch.Launcher;
import dev.regrow.runtime.launch.Places;
import dev.regrow.runtime.logs.FileLogs;
import dev.regrow.runtime.network.NodeNetwork;
import dev.regrow.runtime.process.Adopter.Found;
import dev.regrow.runtime.process.LiveInstance.Start;
import dev.regrow.runtime.state.Adoption.Decision;
import dev.regrow.runtime.state.Control;
import dev.regrow.runtime.state.InstanceFile;
import dev.regrow.runtime.state.ProcFs;
import dev.regrow.runtime.state.StateDirectory;
import dev.regrow.runtime.state.Status;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link NodeRuntime} on this machine: a shim per instance, cgroups, and a state directory from
 * which the next agent adopts what this one leaves.
 */
public final class LocalNodeRuntime implements NodeRuntime {

  private static final Logger LOG = LoggerFactory.getLogger(LocalNodeRuntime.class);

  /** A start waits for exec, some milliseconds; so many at once keep two cores busy. */
  private static final int LAUNCH_THREADS = 6;

  private static final int LOG_THREADS = 2;

  /** The kernel tears a pid namespace down at its own pace. */
  private static final Duration KILL_BOUND = Duration.ofSeconds(10);

  private final RuntimeConfig config;
  private final Kernel kernel;
  private final Cgroups cgroups;
  private final StateDirectory state;
  private final Launcher launcher;
  private final Machine machine;
  private final Prober prober;
  private final Execs execs;
  private final NodeNetwork network;
  private final ExitWatcher exits;
  private final RootWatch rootWatch;
  private final MachineImages images;
  private final LocalFaults faults;
  private final ExecutorService work = Threads.pool("regrow-runtime", LAUNCH_THREADS);
  private final ExecutorService disk = Threads.pool("regrow-logs", LOG_THREADS);
  private final FileLogs logs;
  private final Map<InstanceKey, LiveInstance> instances = new ConcurrentHashMap<>();

  /** Of all instances that are not forgotten. */
  private final Map<InstanceKey, Slot> slots = new ConcurrentHashMap<>();

  private record Slot(String namespace, String workload, String name) {}

  private LocalNodeRuntime(
      RuntimeConfig config,
      Kernel kernel,
      Cgroups cgroups,
      StateDirectory state,
      Launcher launcher) {
    this.config = config;
    this.kernel = kernel;
    this.cgroups = cgroups;
    this.state = state;
    this.launcher = launcher;
    this.machine = MachineReport.look(cgroups);
    this.logs = new FileLogs(config.logs(), disk);
    this.prober = new Prober(kernel, launcher.joiner());
    this.execs = new Execs(kernel, launcher.joiner());
    this.network =
        new NodeNetwork(kernel, config.nodeUid(), networkPlaces(state, config.networkRange()));
    this.exits = new ExitWatcher(kernel);
    this.rootWatch =
        new RootWatch(
            kernel,
            launcher,
            () -> instances.values().stream().filter(each -> !each.hasEnded()).toList(),
            instance -> cgroups.of(instance.key()).pids(),
            this::evict);
    rootWatch.start();
    this.images =
        new MachineImages(
            Images.open(
                kernel,
                config.dataDirectory().resolve("images"),
                machine.bootId(),
                Registries.standard(),
                Platform.ofThisMachine()),
            config.registryAuth(),
            instances::values,
            work);
    this.faults =
        new LocalFaults(
            kernel, cgroups, config.nodeUid(), state.root(), config.faults(), this::running);
  }

  static NodeNetwork.Places networkPlaces(StateDirectory state, @Nullable String range) {
    return new NodeNetwork.Places(state.root(), StateDirectory.RUN, range);
  }

  /**
   * Prepares this machine for a node: its state directory, its agent's cgroup. Loads JNR-FFI, so it
   * takes some hundred milliseconds: to be called off the start-up path.
   *
   * @throws RuntimeFailure if this process may not run workloads, with what is needed
   */
  public static LocalNodeRuntime open(RuntimeConfig config) {
    Prerequisites.refusal(ProcFs.text("self/status"))
        .ifPresent(
            why -> {
              throw new RuntimeFailure(why, false);
            });
    var kernel = Kernel.load();
    var cgroups = HostCgroups.ofThisMachine(config.nodeUid(), () -> kernel);
    var state = StateDirectory.ofNode(config.nodeUid());
    try {
      state.mount(kernel);
      cgroups.enterAgentCgroup();
      var launcher =
          Launcher.of(
              kernel,
              config.dataDirectory(),
              StateDirectory.ID_RANGES,
              config.nodeUid(),
              ProcFs.bootId());
      return new LocalNodeRuntime(config, kernel, cgroups, state, launcher);
    } catch (SyscallException e) {
      throw new RuntimeFailure("cannot prepare this machine: " + e.getMessage(), false, e);
    }
  }

  @Override
  public Machine machine() {
    return machine;
  }

  @Override
  public Logs logs() {
    return logs;
  }

  @Override
  public CompletionStage<RunningInstance> launch(LaunchSpec spec, Permit permit) {
    var image = spec.image();
    if (image == null) {
      return supply(() -> start(spec, permit));
    }
    return supply(() -> ImageReference.parse(image.reference()))
        .thenCompose(reference -> images.ensure(reference, image.policy(), image.credentials()))
        .thenApplyAsync(here -> start(ImageLaunch.completed(spec, here, kernel), permit), work);
  }

  @Override
  public NodeImages images() {
    return images;
  }

  /** What others may do to this node. */
  public NodeFaults faults() {
    return faults;
  }

  private RunningInstance start(LaunchSpec spec, Permit permit) {
    if (!permit.take()) {
      throw new RuntimeFailure(spec.key() + " was stopped before it was started", false);
    }
    var last = instances.get(spec.key());
    if (last != null && !last.hasEnded()) {
      throw new RuntimeFailure(
          "%s is running its attempt %d already".formatted(spec.key(), last.attempt()), false);
    }
    HostPaths.refusal(spec.mounts(), config.hostPaths())
        .ifPresent(
            refusal -> {
              throw new RuntimeFailure(refusal, false);
            });
    try {
      var instance = startShim(spec);
      if (spec.attempt() > 1) {
        disk.execute(() -> logs.retain(spec.key(), config.logAttempts(), config.logBytesMax()));
      }
      return instance;
    } catch (SyscallException e) {
      remove(spec.key());
      throw new RuntimeFailure(
          "cannot start %s: %s".formatted(spec.key(), e.getMessage()), true, e);
    } catch (RuntimeFailure e) {
      remove(spec.key());
      throw e;
    }
  }

  private LiveInstance startShim(LaunchSpec spec) {
    if (!state.evicted(spec.key().instanceId()).isEmpty()) {
      rootWatch.makeRoom(spec); // First: what fails below leaves no note of the eviction.
    }
    var cgroup = cgroups.create(spec.key(), spec.limits());
    var attachment =
        spec.network() == LaunchSpec.Network.BRIDGE ? network.attach(spec.key()) : null;
    var file =
        InstanceFile.of(
            spec,
            machine.bootId(),
            cgroup.counters(),
            attachment == null ? null : attachment.address());
    state.writeSpec(file, true);
    var places =
        new Places(
            state.instance(spec.key().instanceId()),
            state.files(spec.key().instanceId()),
            logs.prepare(spec.key()),
            cgroup.v1Tasks(),
            cgroup.v2Directory(),
            config.logBytesPerFile(),
            config.logFiles(),
            attachment);
    var started = launcher.launch(spec, places);
    var shim = kernel.pidfdOpen(started.shimPid());
    var warnings =
        Stream.concat(started.warnings().stream(), cgroups.lackOf(spec.limits()).stream()).toList();
    if (!warnings.isEmpty()) {
      file = file.withWarnings(warnings);
      state.writeSpec(file, false);
    }
    var status = Status.parse(state.status(spec.key().instanceId()));
    var instance =
        live(
            file,
            status
                .status()
                .orElseThrow(
                    () ->
                        new RuntimeFailure(
                            "the shim of " + spec.key() + " wrote no status: " + status.problem(),
                            true)));
    exits.watch(shim, () -> ended(instance));
    return instance;
  }

  private LiveInstance live(InstanceFile file, Status status) {
    var start =
        new Start(
            status.workload().pid(),
            status.startedAt(),
            status.startedBoottimeNanos(),
            status.init());
    return remember(file, start);
  }

  private LiveInstance remember(InstanceFile file, Start start) {
    var control = new Control(kernel, state.instance(file.key().instanceId()), file.attempt());
    var instance =
        new LiveInstance(
            file,
            start,
            cgroups.of(file.key()),
            control,
            prober,
            execs,
            ports -> serve(file.key(), ports));
    var evicted = state.evicted(file.key().instanceId());
    if (!evicted.isEmpty()) {
      instance.evicted(evicted);
    }
    instances.put(file.key(), instance);
    slots.put(file.key(), new Slot(file.key().namespace(), file.key().workload(), file.slot()));
    return instance;
  }

  /** First it is written down why: this agent may not live to see the end. */
  private void evict(LiveInstance instance, String why) {
    state.writeEvicted(instance.key().instanceId(), why);
    instance.evicted(why);
    instance.stop(instance.file().stopGrace());
  }

  private CompletionStage<List<String>> serve(InstanceKey key, List<ServedPort> ports) {
    return network.serve(key, ports, () -> state.writePorts(key.instanceId(), ports));
  }

  /** On the exit watcher's thread. */
  private void ended(LiveInstance instance) {
    var status = Status.parse(state.status(instance.key().instanceId())).status().orElse(null);
    if (status == null || status.exit() == null) {
      // No shim, no record: see to it that the rest is gone, which may take a moment.
      work.execute(() -> end(instance, null));
    } else {
      end(instance, status);
    }
  }

  private void end(LiveInstance instance, @Nullable Status status) {
    var cgroup = cgroups.of(instance.key());
    if (status == null && !cgroup.killAndAwaitEmpty(KILL_BOUND)) {
      LOG.error(
          "{}: processes are left after a kill; its cgroup is frozen or a disk hangs",
          instance.key());
    }
    var file = instance.file();
    if (file.address() != null) {
      var unused = serve(file.key(), List.of());
    }
    var hits = cgroup.counters().since(file.baseline());
    var ended =
        instance.judged(Ending.of(status, hits, file.limits(), file.stopGrace(), Instant.now()));
    instance.end(ended);
    logs.noteEnd(instance.key(), instance.attempt(), instance.startedAt(), ended);
  }

  @Override
  public Optional<RunningInstance> running(InstanceKey key) {
    var instance = instances.get(key);
    return instance == null || instance.hasEnded() ? Optional.empty() : Optional.of(instance);
  }

  @Override
  public List<RunningInstance> running() {
    return instances.values().stream()
        .filter(instance -> !instance.hasEnded())
        .map(RunningInstance.class::cast)
        .toList();
  }

  @Override
  public Load.OfMachine load() {
    return MachineLoad.now(kernel.boottimeNanos());
  }

  @Override
  public Load.Usage usage() {
    return cgroups.usage();
  }

  @Override
  public CompletionStage<List<RunningInstance>> adopt() {
    return supply(this::adoptAll);
  }

  private List<RunningInstance> adoptAll() {
    var adopted = new ArrayList<RunningInstance>();
    var all = new Adopter(kernel, state, cgroups, machine.bootId()).find();
    StrayShims.kill(kernel, cgroups, living(all));
    for (var found : all) {
      var file = found.file();
      if (file == null || found.decision() instanceof Decision.Disown) {
        LOG.warn("instance {} is not taken over: {}", found.instanceId(), found.decision());
        state.forget(found.instanceId());
        continue;
      }
      cgroups.create(file.key(), file.limits());
      if (found.decision() instanceof Decision.Adopt living && found.shim() != null) {
        var instance = live(file, living.status());
        adoptIds(file, living.status());
        adoptNetwork(file, living.status());
        exits.watch(found.shim(), () -> ended(instance));
        adopted.add(instance);
      } else if (found.decision() instanceof Decision.Ended over) {
        var instance = live(file, over.status());
        end(instance, over.status());
        adopted.add(instance);
      } else if (found.decision() instanceof Decision.ShimLost lost) {
        adopted.add(lost(file, lost.status()));
      }
    }
    faults.goOn(instances.keySet());
    network.adopted();
    removeStrays();
    launcher.keepSlots(
        slots.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().name())));
    images.usesAreKnown();
    disk.execute(logs::tidyAfterTheLastAgent);
    return adopted;
  }

  private void adoptIds(InstanceFile file, Status status) {
    try {
      launcher.adopt(file.key(), file.slot(), ProcFs.idBase(status.init().pid()));
    } catch (UncheckedIOException e) {
      LOG.debug("{} has ended just now", file.key());
    }
  }

  private void adoptNetwork(InstanceFile file, Status status) {
    var address = file.address();
    if (address != null) {
      try {
        var served = state.ports(file.key().instanceId());
        network.adopt(file.key(), address, status.init().pid(), served);
      } catch (RuntimeFailure e) {
        LOG.warn("{}: its network is left as it is: {}", file.key(), e.getMessage());
      }
    }
  }

  private static Set<String> living(List<Found> all) {
    return all.stream()
        .filter(found -> found.decision() instanceof Decision.Adopt)
        .map(Found::instanceId)
        .collect(Collectors.toSet());
  }

  private LiveInstance lost(InstanceFile file, @Nullable Status status) {
    var instance =
        status == null ? remember(file, new Start(0, Instant.now(), 0, null)) : live(file, status);
    end(instance, null);
    return instance;
  }

  /** Cgroups of ours that no state speaks of: their agent died before it could write any. */
  private void removeStrays() {
    for (var key : cgroups.instances()) {
      if (!instances.containsKey(key)) {
        LOG.warn("{}: no state is left of it, so it is removed", key);
        remove(key);
      }
    }
  }

  @Override
  public CompletionStage<Void> discard(InstanceKey key) {
    return run(() -> discardNow(key));
  }

  @Override
  public CompletionStage<Void> forget(InstanceKey key) {
    return run(
        () -> {
          discardNow(key);
          logs.forget(key);
          releaseSlot(key);
        });
  }

  @Override
  public CompletionStage<Void> deleteVolume(String namespace, String volume, String slot) {
    return run(() -> launcher.deleteVolume(namespace, volume, slot));
  }

  /** Its host ids are free again, unless a successor in the same slot has them by now. */
  private void releaseSlot(InstanceKey key) {
    var slot = slots.remove(key);
    if (slot != null && !slots.containsValue(slot)) {
      launcher.releaseSlot(key, slot.name());
    }
  }

  private void discardNow(InstanceKey key) {
    var instance = instances.get(key);
    if (instance != null && !instance.hasEnded()) {
      throw new RuntimeFailure(key + " is still running; stop it first", true);
    }
    clear(key);
    launcher.discardOwn(key);
    state.forget(key.instanceId());
    instances.remove(key);
  }

  /** What it has of its own stays: after a start in place that failed there may be another. */
  private void remove(InstanceKey key) {
    clear(key);
    state.forget(key.instanceId());
  }

  private void clear(InstanceKey key) {
    var cgroup = cgroups.of(key);
    if (!cgroup.killAndAwaitEmpty(KILL_BOUND)) {
      throw new RuntimeFailure(key + ": processes are left after a kill", true);
    }
    cgroup.remove();
    network.release(key);
    launcher.discardRoots(key);
  }

  private CompletionStage<Void> run(Runnable action) {
    return supply(
        () -> {
          action.run();
          return null;
        });
  }

  private <T extends @Nullable Object> CompletionStage<T> supply(Supplier<T> action) {
    return CompletableFuture.supplyAsync(action, work).minimalCompletionStage();
  }

  @Override
  public void close() {
    faults.close();
    exits.close();
    rootWatch.close();
    images.close();
    logs.close();
    prober.close();
    execs.close();
    Threads.finish(work);
    cgroups.tidy();
    launcher.close();
    network.close();
    Threads.finish(disk);
  }
}
