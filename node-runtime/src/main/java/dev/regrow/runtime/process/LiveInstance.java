package dev.regrow.runtime.process;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.Exec;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.ServedPort;
import dev.regrow.runtime.cgroup.InstanceCgroup;
import dev.regrow.runtime.state.Control;
import dev.regrow.runtime.state.InstanceFile;
import dev.regrow.runtime.state.Status;
import dev.regrow.runtime.state.Status.ProcessId;
import dev.regrow.runtime.syscall.Signal;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@link RunningInstance} behind a shim. */
final class LiveInstance implements RunningInstance {

  /**
   * What the shim says of its start.
   *
   * @param init PID 1 of the instance; null if that is not known any more
   */
  record Start(long pid, Instant at, long boottimeNanos, @Nullable ProcessId init) {
    static Start of(Status status) {
      return new Start(
          status.workload().pid(),
          status.startedAt(),
          status.startedBoottimeNanos(),
          status.init());
    }
  }

  private final InstanceFile file;
  private final Start start;
  private final InstanceCgroup cgroup;
  private final Control control;
  private final Prober prober;
  private final Execs execs;
  private final Function<List<ServedPort>, CompletionStage<List<String>>> server;
  private volatile @Nullable Verdict verdict;
  private final CompletableFuture<Ended> ended = new CompletableFuture<>();

  LiveInstance(
      InstanceFile file,
      Start start,
      InstanceCgroup cgroup,
      Control control,
      Prober prober,
      Execs execs,
      Function<List<ServedPort>, CompletionStage<List<String>>> server) {
    this.file = file;
    this.start = start;
    this.cgroup = cgroup;
    this.control = control;
    this.prober = prober;
    this.execs = execs;
    this.server = server;
  }

  InstanceFile file() {
    return file;
  }

  /** Why it is stopped, whatever its processes then show. */
  private record Verdict(Ended.Reason reason, String why) {}

  @Override
  public void condemn(String why) {
    verdict = new Verdict(Ended.Reason.LIVENESS_FAILED, why);
  }

  /** It takes what others need, and is therefore stopped. */
  void evicted(String why) {
    verdict = new Verdict(Ended.Reason.EVICTED, why);
  }

  /** The cause of what its processes show. */
  Ended judged(Ended how) {
    var said = verdict;
    return said == null
        ? how
        : new Ended(how.exitCode(), how.signal(), said.reason, said.why, how.finishedAt());
  }

  void end(Ended how) {
    ended.complete(how);
  }

  boolean hasEnded() {
    return ended.isDone();
  }

  @Override
  public InstanceKey key() {
    return file.key();
  }

  @Override
  public int attempt() {
    return file.attempt();
  }

  @Override
  public String slot() {
    return file.slot();
  }

  @Override
  public Map<String, String> labels() {
    return file.labels();
  }

  @Override
  public long pid() {
    return start.pid();
  }

  @Override
  public Instant startedAt() {
    return start.at();
  }

  @Override
  public long startedAtBoottimeNanos() {
    return start.boottimeNanos();
  }

  @Override
  public List<String> warnings() {
    return file.warnings();
  }

  @Override
  public CompletionStage<Ended> ended() {
    return ended.minimalCompletionStage();
  }

  @Override
  public void stop(Duration grace) {
    if (!hasEnded()) {
      control.stop(Signal.named(file.stopSignal()).orElse(Signal.TERM), grace);
    }
  }

  @Override
  public void renewLease(long deadlineBoottimeNanos) {
    if (!hasEnded()) {
      control.lease(deadlineBoottimeNanos);
    }
  }

  @Override
  public CompletionStage<Probe.Outcome> probe(Probe probe, Duration timeout) {
    var init = start.init();
    if (init == null || hasEnded()) {
      return CompletableFuture.completedStage(Probe.Outcome.failed("it has ended"));
    }
    return prober.probe(new Prober.Target(file, init, (int) start.pid(), cgroup), probe, timeout);
  }

  @Override
  public CompletionStage<Exec.Session> exec(Exec.Command command, Exec.Listener listener) {
    var init = start.init();
    if (init == null || hasEnded()) {
      return CompletableFuture.failedStage(new RuntimeFailure(key() + " has ended", true));
    }
    return execs.start(new Prober.Target(file, init, (int) start.pid(), cgroup), command, listener);
  }

  @Override
  public CompletionStage<SocketChannel> connect(int port) {
    var init = start.init();
    if (init == null || hasEnded()) {
      return CompletableFuture.failedStage(new RuntimeFailure(key() + " has ended", true));
    }
    return prober.connect(new Prober.Target(file, init, (int) start.pid(), cgroup), port);
  }

  @Override
  public String address() {
    var address = file.address();
    return address == null ? "" : address;
  }

  @Override
  public CompletionStage<List<String>> serve(List<ServedPort> ports) {
    return file.address() != null && !hasEnded()
        ? server.apply(ports)
        : CompletableFuture.completedStage(List.of());
  }

  @Override
  public Load.OfInstance load() {
    return cgroup.load();
  }
}
