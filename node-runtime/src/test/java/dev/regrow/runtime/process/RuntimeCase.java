package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Grants;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.testing.KeptEtc;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import dev.regrow.runtime.testing.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

/** A runtime on this machine, which leaves nothing behind. */
@Tag("kernel")
abstract class RuntimeCase {

  static final InstanceKey KEY = new InstanceKey("shop", "web", "web-1-a");
  static final Duration PATIENCE = Patience.LONG;

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  @TempDir private Path data = Path.of("unset");
  private @Nullable LocalNodeRuntime agent;

  @BeforeEach
  void start() throws Exception {
    KeptEtc.beside(data).giveTo(data);
    restart();
  }

  /** The agent was closed, or is left to die: another takes over what it finds. */
  final List<RunningInstance> restart() throws Exception {
    agent = LocalNodeRuntime.open(config(RuntimeConfig.of(host.nodeUid(), data)));
    return get(agent.adopt());
  }

  /** What a test needs besides. */
  RuntimeConfig config(RuntimeConfig plain) {
    return plain;
  }

  @AfterEach
  void sweep() throws Exception {
    agent().close();
    assertThat(Sweep.node(host.nodeUid(), data, Duration.ZERO)).isEmpty();
    KeptEtc.beside(data).takeFrom(data);
    swept();
  }

  /** What a test looks for besides, when nothing is left. */
  void swept() throws Exception {}

  final RunningInstance launch(String... command) throws Exception {
    return launch(Network.NONE, command);
  }

  final RunningInstance launch(Network network, String... command) throws Exception {
    return get(agent().launch(spec(network, command)));
  }

  final RunningInstance launchGranted(Grants grants, String... command) throws Exception {
    return get(agent().launch(spec(Network.NONE, command).granted(grants)));
  }

  private static LaunchSpec spec(Network network, String... command) {
    return new LaunchSpec(
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
