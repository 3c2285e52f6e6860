package dev.regrow.gateway.testing;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.Exec;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.ServedPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/** An instance whose commands are the test's. */
public final class FakeCommand implements RunningInstance {

  /** One command that runs. */
  public static final class Running implements Exec.Session {
    public final Exec.Command command;
    public final Exec.Listener listener;
    private final ByteArrayOutputStream input = new ByteArrayOutputStream();
    private final BlockingQueue<String> happened = new LinkedBlockingQueue<>();
    public volatile boolean full;

    private Running(Exec.Command command, Exec.Listener listener) {
      this.command = command;
      this.listener = listener;
    }

    /** {@code end}, {@code close}, and sizes as {@code 24x80}, in order. */
    public BlockingQueue<String> happened() {
      return happened;
    }

    public synchronized byte[] input() {
      return input.toByteArray();
    }

    @Override
    public synchronized void input(byte[] bytes) {
      input.writeBytes(bytes);
    }

    @Override
    public boolean isFull() {
      return full;
    }

    @Override
    public void endInput() {
      happened.add("end");
    }

    @Override
    public void resize(Exec.Window window) {
      happened.add(window.rows() + "x" + window.columns());
    }

    @Override
    public void close() {
      happened.add("close");
      listener.onExit(137);
    }
  }

  private final InstanceKey key;
  private final BlockingQueue<Running> running = new LinkedBlockingQueue<>();
  private volatile Function<Exec.Command, Optional<RuntimeException>> refusal =
      command -> Optional.empty();

  public FakeCommand(InstanceKey key) {
    this.key = key;
  }

  /** Those that were started, in order. */
  public BlockingQueue<Running> running() {
    return running;
  }

  public void refuses(RuntimeException why) {
    refusal = command -> Optional.of(why);
  }

  @Override
  public Load.OfInstance load() {
    return new Load.OfInstance(5_000_000_000L, 1 << 20, 64 << 20, 3, 32, 0, 1, null);
  }

  @Override
  public void condemn(String why) {}

  @Override
  public CompletionStage<SocketChannel> connect(int port) {
    try {
      return CompletableFuture.completedFuture(
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(
          new RuntimeFailure("nothing listens on port " + port, true));
    }
  }

  @Override
  public CompletionStage<Exec.Session> exec(Exec.Command command, Exec.Listener listener) {
    var why = refusal.apply(command);
    if (why.isPresent()) {
      return CompletableFuture.failedFuture(why.get());
    }
    var started = new Running(command, listener);
    running.add(started);
    return CompletableFuture.completedFuture(started);
  }

  @Override
  public InstanceKey key() {
    return key;
  }

  @Override
  public int attempt() {
    return 1;
  }

  @Override
  public String slot() {
    return "local-0";
  }

  @Override
  public Map<String, String> labels() {
    return Map.of();
  }

  @Override
  public long pid() {
    return 1;
  }

  @Override
  public Instant startedAt() {
    return Instant.EPOCH;
  }

  @Override
  public long startedAtBoottimeNanos() {
    return 0;
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  @Override
  public CompletionStage<Ended> ended() {
    return new CompletableFuture<>();
  }

  @Override
  public void stop(Duration grace) {}

  @Override
  public void renewLease(long deadlineBoottimeNanos) {}

  @Override
  public CompletionStage<Probe.Outcome> probe(Probe probe, Duration timeout) {
    return CompletableFuture.completedFuture(Probe.Outcome.WELL);
  }

  @Override
  public String address() {
    return "";
  }

  @Override
  public CompletionStage<List<String>> serve(List<ServedPort> ports) {
    return CompletableFuture.completedFuture(List.of());
  }
}
