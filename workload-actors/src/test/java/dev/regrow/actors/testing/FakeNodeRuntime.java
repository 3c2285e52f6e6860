package dev.regrow.actors.testing;

import dev.regrow.actors.instance.Contents;
import dev.regrow.actors.instance.InstanceMemory;
import dev.regrow.actors.instance.LaunchSpecs;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.Machine;
import dev.regrow.runtime.NodeRuntime;
import dev.regrow.runtime.Permit;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.image.NodeImages;
import dev.regrow.runtime.image.PullProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A machine in memory: launches succeed at once unless told otherwise. */
public final class FakeNodeRuntime implements NodeRuntime {

  private final FakeClock clock;
  private final AtomicLong nextPid = new AtomicLong(1000);
  private final List<RunningInstance> left = new CopyOnWriteArrayList<>();
  private final List<FakeInstance> launched = new CopyOnWriteArrayList<>();
  private final List<InstanceKey> discarded = new CopyOnWriteArrayList<>();
  private final List<InstanceKey> forgotten = new CopyOnWriteArrayList<>();
  private final Queue<CompletableFuture<RunningInstance>> answers = new ConcurrentLinkedQueue<>();
  private final Queue<CompletableFuture<Void>> pulls = new ConcurrentLinkedQueue<>();
  private volatile @Nullable PullProgress onItsWay;
  private final FakeProbes probes = new FakeProbes();
  private final CompletableFuture<Void> adoptable = new CompletableFuture<>();
  private volatile Load.Usage usage = new Load.Usage(0, 0, 0);

  public FakeNodeRuntime(FakeClock clock) {
    this.clock = clock;
    adoptable.complete(null);
  }

  /** The next launch fails so. */
  public FakeNodeRuntime failNextLaunch(String message) {
    answers.add(CompletableFuture.failedFuture(new RuntimeFailure(message, true)));
    return this;
  }

  /** The image of the next launch cannot be had. */
  public FakeNodeRuntime failNextPull(String message) {
    answers.add(
        CompletableFuture.failedFuture(
            RuntimeFailure.ofImage(message, true, new java.io.IOException(message))));
    return this;
  }

  /** The next launch completes when the test says so. */
  public CompletableFuture<RunningInstance> holdNextLaunch() {
    var answer = new CompletableFuture<RunningInstance>();
    answers.add(answer);
    return answer;
  }

  /** The image of the next launch is there when the test says so. */
  public CompletableFuture<Void> holdNextPull() {
    var pull = new CompletableFuture<Void>();
    pulls.add(pull);
    return pull;
  }

  /** So far is every image that is on its way. */
  public void pulled(@Nullable PullProgress progress) {
    onItsWay = progress;
  }

  /** How an agent starts this order the first time. */
  public static LaunchSpec specOf(NodeOrder.Run run) {
    return LaunchSpecs.of(run, InstanceMemory.of(run), 1, Contents.NONE, () -> 0);
  }

  /** What its instances answer. */
  public FakeProbes probes() {
    return probes;
  }

  /** An instance that another agent left running. */
  public FakeInstance leave(LaunchSpec spec) {
    var instance = new FakeInstance(spec, nextPid.incrementAndGet(), clock, probes);
    left.add(instance);
    return instance;
  }

  private final List<String> deletedVolumes = new java.util.concurrent.CopyOnWriteArrayList<>();

  /** All that were ever launched, in order. */
  public List<FakeInstance> launched() {
    return List.copyOf(launched);
  }

  /** The newest launch of an instance. */
  public FakeInstance newest(String instanceId) {
    var all = new ArrayList<>(launched);
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).key().instanceId().equals(instanceId)) {
        return all.get(i);
      }
    }
    throw new NoSuchElementException(instanceId + " was never launched; were: " + all);
  }

  public List<InstanceKey> discarded() {
    return List.copyOf(discarded);
  }

  public List<InstanceKey> forgotten() {
    return List.copyOf(forgotten);
  }

  public FakeInstance instanceOf(LaunchSpec spec) {
    var instance = new FakeInstance(spec, nextPid.incrementAndGet(), clock, probes);
    launched.add(instance);
    return instance;
  }

  @Override
  public Machine machine() {
    return new Machine(
        2000, 1L << 30, 1000, Machine.CgroupWorld.HYBRID, "6.18", "boot-1", List.of());
  }

  @Override
  public CompletionStage<List<RunningInstance>> adopt() {
    return adoptable.thenApply(nothing -> List.copyOf(left));
  }

  @Override
  public CompletionStage<RunningInstance> launch(LaunchSpec spec, Permit permit) {
    var pull = pulls.poll();
    return pull == null ? start(spec, permit) : pull.thenCompose(here -> start(spec, permit));
  }

  private CompletionStage<RunningInstance> start(LaunchSpec spec, Permit permit) {
    if (!permit.take()) {
      return CompletableFuture.failedFuture(new RuntimeFailure("it was revoked", false));
    }
    var answer = answers.poll();
    return answer != null ? answer : CompletableFuture.completedFuture(instanceOf(spec));
  }

  @Override
  public List<RunningInstance> running() {
    return List.of();
  }

  /** What its instances use from now on. */
  public void uses(long cpuNanos, long memoryBytes) {
    usage = new Load.Usage(cpuNanos, memoryBytes, 1);
  }

  @Override
  public Load.Usage usage() {
    return usage;
  }

  @Override
  public Load.OfMachine load() {
    return new Load.OfMachine(1, 2, 0, 0, 0, null);
  }

  @Override
  public Optional<RunningInstance> running(InstanceKey key) {
    return Optional.empty();
  }

  @Override
  public CompletionStage<Void> discard(InstanceKey key) {
    discarded.add(key);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> forget(InstanceKey key) {
    forgotten.add(key);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> deleteVolume(String namespace, String volume, String slot) {
    deletedVolumes.add("%s/%s/%s".formatted(namespace, volume, slot));
    return CompletableFuture.completedFuture(null);
  }

  public List<String> deletedVolumes() {
    return List.copyOf(deletedVolumes);
  }

  @Override
  public Logs logs() {
    throw new UnsupportedOperationException("this machine keeps no logs");
  }

  @Override
  public NodeImages images() {
    return new FakePulls(() -> onItsWay);
  }

  @Override
  public void close() {}
}
