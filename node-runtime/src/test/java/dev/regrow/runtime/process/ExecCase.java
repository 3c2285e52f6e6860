package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Exec;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.disk.Trees;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import dev.regrow.runtime.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Commands in an instance of a runtime on this machine. */
@Tag("kernel")
abstract class ExecCase {

  static final InstanceKey KEY = new InstanceKey("shop", "web", "web-1-a");
  private static final Duration PATIENCE = Patience.LONG;

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  @TempDir private Path data = Path.of("unset");
  private @Nullable LocalNodeRuntime agent;

  @BeforeEach
  void start() throws Exception {
    agent = LocalNodeRuntime.open(config(RuntimeConfig.of(host.nodeUid(), data)));
    get(agent.adopt());
  }

  /** What a test needs besides. */
  RuntimeConfig config(RuntimeConfig plain) {
    return plain;
  }

  /** The agent was closed, or is left to die: another takes over. */
  final void restart() throws Exception {
    start();
  }

  @AfterEach
  void sweep() throws Exception {
    agent().close();
    Trees.delete(data.resolve("host-etc"));
    assertThat(Sweep.node(host.nodeUid(), data, Duration.ZERO)).isEmpty();
  }

  /** What a command wrote, and how it ended. */
  static final class Heard implements Exec.Listener {
    final ByteArrayOutputStream output = new ByteArrayOutputStream();
    final ByteArrayOutputStream error = new ByteArrayOutputStream();
    final CompletableFuture<Integer> code = new CompletableFuture<>();
    volatile boolean deaf;

    @Override
    public boolean onOutput(Exec.Stream stream, byte[] bytes) {
      synchronized (this) {
        (stream == Exec.Stream.OUTPUT ? output : error).writeBytes(bytes);
        notifyAll();
        return !deaf;
      }
    }

    @Override
    public void onRoom() {
      synchronized (this) {
        notifyAll();
      }
    }

    @Override
    public void onExit(int ended) {
      code.complete(ended);
    }

    synchronized String output() {
      return output.toString(StandardCharsets.UTF_8);
    }

    synchronized String error() {
      return error.toString(StandardCharsets.UTF_8);
    }
  }

  static void run(RunningInstance instance, String script) throws Exception {
    var heard = new Heard();
    exec(instance, heard, null, script).endInput();
    assertThat(get(heard.code)).as(script + ": " + heard.error()).isZero();
  }

  static long sleeping(String seconds) {
    try (var processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(each -> each.getFileName().toString().matches("\\d+"))
          .filter(each -> commandLine(each).equals("sleep\0" + seconds + "\0"))
          .count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"));
    } catch (IOException ended) {
      return "";
    }
  }

  final RunningInstance launch() throws Exception {
    return launch("/bin/sleep", "1000");
  }

  final RunningInstance launch(String... command) throws Exception {
    return launch(Network.NONE, command);
  }

  final RunningInstance launch(Network network, String... command) throws Exception {
    var spec =
        new LaunchSpec(
            KEY,
            1,
            "web-1",
            Map.of("epoch", "17"),
            null,
            false,
            List.of(command),
            Map.of("MODE", "test"),
            1000,
            1001,
            "/tmp",
            network,
            List.of(),
            new Limits(100, 0, 64 << 20, 128 << 20, 32),
            "TERM",
            Duration.ofSeconds(1),
            null);
    return get(agent().launch(spec));
  }

  static Exec.Session exec(
      RunningInstance instance, Heard heard, Exec.@Nullable Window window, String script)
      throws Exception {
    return get(instance.exec(new Exec.Command(List.of("/bin/sh", "-c", script), window), heard));
  }

  static CompletionStage<Exec.Session> start(
      RunningInstance instance, Heard heard, String... arguments) {
    return instance.exec(new Exec.Command(List.of(arguments), null), heard);
  }

  static void awaitRoom(Exec.Session session, Heard heard) throws InterruptedException {
    synchronized (heard) {
      while (session.isFull()) {
        heard.wait(PATIENCE.toMillis());
      }
    }
  }

  static void await(java.util.function.BooleanSupplier fact, Supplier<String> seen) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!fact.getAsBoolean()) {
      assertThat(System.nanoTime()).as("last seen: " + seen.get()).isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }

  final LocalNodeRuntime agent() {
    return java.util.Objects.requireNonNull(agent);
  }

  static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }
}
