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
import dev.regrow.runtime.logs.FileLogs;
import dev.regrow.runtime.network.NodeNetwork;
import dev.regrow.runtime.state.ProcFs;
import dev.regrow.runtime.state.StateDirectory;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@link NodeRuntime} on this machine, put together: each part blocks, so what is asked runs on
 * threads of its own.
 */
public final class LocalNodeRuntime implements NodeRuntime {

  /** A start waits for exec, some milliseconds; so many at once keep two cores busy. */
  private static final int LAUNCH_THREADS = 6;

  private static final int LOG_THREADS = 2;

  private final MachineParts parts;
  private final Machine machine;
  private final NodeInstances instances;
  private final RootWatch rootWatch;
  private final Starter starter;
  private final Takeover takeover;
  private final MachineImages images;
  private final LocalFaults faults;
  private final ExecutorService work = Threads.pool("regrow-runtime", LAUNCH_THREADS);
  private final ExecutorService disk = Threads.pool("regrow-logs", LOG_THREADS);
  private final FileLogs logs;

  private LocalNodeRuntime(RuntimeConfig config, MachineParts parts) {
    var kernel = parts.kernel();
    var cgroups = parts.cgroups();
    var hostPaths = new HostPaths(config);
    this.parts = parts;
    this.machine = MachineReport.look(cgroups);
    this.logs = new FileLogs(config.logs(), disk);
    this.instances = new NodeInstances(parts, logs, work);
    this.rootWatch =
        new RootWatch(
            kernel,
            parts.launcher(),
            instances::living,
            instance -> cgroups.of(instance.key()).pids(),
            instances::evict,
            config.pace().roots());
    rootWatch.start();
    this.starter =
        new Starter(config, machine.bootId(), hostPaths, parts, instances, rootWatch, logs, disk);
    this.takeover = new Takeover(parts, instances, machine.bootId());
    this.images =
        new MachineImages(
            Images.open(
                kernel,
                config.dataDirectory().resolve("images"),
                machine.bootId(),
                hostPaths.judged(Registries.standard()),
                Platform.ofThisMachine()),
            config.registryAuth(),
            instances::all,
            work);
    this.faults =
        new LocalFaults(
            kernel,
            cgroups,
            config.nodeUid(),
            parts.state().root(),
            config.faults(),
            this::running);
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
      var network =
          new NodeNetwork(
              kernel,
              config.nodeUid(),
              networkPlaces(state, config.networkRange()),
              config.pace().network());
      return new LocalNodeRuntime(
          config, new MachineParts(kernel, cgroups, state, launcher, network));
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
      return supply(() -> starter.start(spec, permit));
    }
    return supply(() -> ImageReference.parse(image.reference()))
        .thenCompose(reference -> images.ensure(reference, image.policy(), image.credentials()))
        .thenApplyAsync(
            here -> starter.start(ImageLaunch.completed(spec, here, parts.kernel()), permit), work);
  }

  @Override
  public NodeImages images() {
    return images;
  }

  /** What others may do to this node. */
  public NodeFaults faults() {
    return faults;
  }

  /** Looks now at what instances wrote to their roots, as it does by itself from time to time. */
  void lookAtRoots() {
    rootWatch.look();
  }

  @Override
  public Optional<RunningInstance> running(InstanceKey key) {
    return instances.living(key).map(RunningInstance.class::cast);
  }

  @Override
  public List<RunningInstance> running() {
    return List.copyOf(instances.living());
  }

  @Override
  public Load.OfMachine load() {
    return MachineLoad.now(parts.kernel().boottimeNanos());
  }

  @Override
  public Load.Usage usage() {
    return parts.cgroups().usage();
  }

  @Override
  public CompletionStage<List<RunningInstance>> adopt() {
    return supply(this::adoptAll);
  }

  private List<RunningInstance> adoptAll() {
    var adopted = takeover.adopt();
    faults.goOn(instances.keys());
    parts.network().adopted();
    takeover.removeStrays();
    instances.keepSlots();
    images.usesAreKnown();
    disk.execute(logs::tidyAfterTheLastAgent);
    return adopted;
  }

  @Override
  public CompletionStage<Void> discard(InstanceKey key) {
    return run(() -> instances.discard(key));
  }

  @Override
  public CompletionStage<Void> forget(InstanceKey key) {
    return run(() -> instances.forget(key));
  }

  @Override
  public CompletionStage<Void> deleteVolume(String namespace, String volume, String slot) {
    return run(() -> parts.launcher().deleteVolume(namespace, volume, slot));
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
    instances.close();
    rootWatch.close();
    images.close();
    logs.close();
    Threads.finish(work);
    parts.cgroups().tidy();
    parts.launcher().close();
    parts.network().close();
    Threads.finish(disk);
  }
}
