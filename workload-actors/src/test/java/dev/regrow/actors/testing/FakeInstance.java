package dev.regrow.actors.testing;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.Exec;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.ServedPort;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A process in memory; it ends when the test says so, or when stopped unless deaf. */
public final class FakeInstance implements RunningInstance {

  private final LaunchSpec spec;
  private final long pid;
  private final FakeClock clock;
  private final Instant startedAt;
  private final long startedAtBoottimeNanos;
  private final CompletableFuture<Ended> ended = new CompletableFuture<>();
  private final List<Duration> stops = new CopyOnWriteArrayList<>();
  private final List<Long> leases = new CopyOnWriteArrayList<>();
  private final List<List<ServedPort>> served = new CopyOnWriteArrayList<>();
  private final List<Probe> asked = new CopyOnWriteArrayList<>();
  private final FakeProbes probes;
  private volatile boolean deaf;

  FakeInstance(LaunchSpec spec, long pid, FakeClock clock, FakeProbes probes) {
    this.probes = probes;
    this.spec = spec;
    this.pid = pid;
    this.clock = clock;
    this.startedAt = clock.wall();
    this.startedAtBoottimeNanos = clock.bootNanos();
  }

  public LaunchSpec spec() {
    return spec;
  }

  /** It goes on when stopped, until {@link #exits} or {@link #isKilledBy}. */
  public FakeInstance thatIsDeaf() {
    deaf = true;
    return this;
  }

  public void exits(int code) {
    var reason = code == 0 ? Ended.Reason.COMPLETED : Ended.Reason.ERROR;
    ended.complete(new Ended(code, null, reason, "exit code " + code, clock.wall()));
  }

  public void isKilledBy(String signal, Ended.Reason reason) {
    ended.complete(new Ended(null, signal, reason, "killed by " + signal, clock.wall()));
  }

  /** The graces of the stops that were asked, in order. */
  public List<Duration> stops() {
    return List.copyOf(stops);
  }

  public List<Long> leases() {
    return List.copyOf(leases);
  }

  @Override
  public InstanceKey key() {
    return spec.key();
  }

  @Override
  public int attempt() {
    return spec.attempt();
  }

  @Override
  public String slot() {
    return spec.slot();
  }

  @Override
  public Map<String, String> labels() {
    return spec.labels();
  }

  @Override
  public long pid() {
    return pid;
  }

  @Override
  public Instant startedAt() {
    return startedAt;
  }

  @Override
  public long startedAtBoottimeNanos() {
    return startedAtBoottimeNanos;
  }

  @Override
  public List<String> warnings() {
    return List.of("no user namespace");
  }

  @Override
  public CompletionStage<Ended> ended() {
    return ended.minimalCompletionStage();
  }

  @Override
  public void stop(Duration grace) {
    stops.add(grace);
    if (!deaf) {
      isKilledBy("TERM", Ended.Reason.SIGNALED);
    }
  }

  @Override
  public void renewLease(long deadlineBoottimeNanos) {
    leases.add(deadlineBoottimeNanos);
  }

  /** The probes that it was asked, in order. */
  public List<Probe> asked() {
    return List.copyOf(asked);
  }

  @Override
  public CompletionStage<Probe.Outcome> probe(Probe probe, Duration timeout) {
    asked.add(probe);
    return CompletableFuture.completedFuture(probes.answer(probe));
  }

  @Override
  public Load.OfInstance load() {
    return new Load.OfInstance(5_000_000_000L, 1 << 20, 64 << 20, 3, 32, 0, 1, null);
  }

  @Override
  public void condemn(String why) {}

  @Override
  public CompletionStage<SocketChannel> connect(int port) {
    return CompletableFuture.failedFuture(new IllegalStateException("no network in memory"));
  }

  @Override
  public CompletionStage<Exec.Session> exec(Exec.Command command, Exec.Listener listener) {
    return CompletableFuture.failedFuture(new Exec.CannotRun(127, "a process in memory runs none"));
  }

  /** The published ports that led to it, in order. */
  public List<List<ServedPort>> served() {
    return List.copyOf(served);
  }

  @Override
  public String address() {
    return spec.network() == LaunchSpec.Network.BRIDGE ? "10.208.0.2" : "";
  }

  @Override
  public CompletionStage<List<String>> serve(List<ServedPort> ports) {
    served.add(List.copyOf(ports));
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public String toString() {
    return "%s attempt %d pid %d".formatted(key(), attempt(), pid);
  }
}
