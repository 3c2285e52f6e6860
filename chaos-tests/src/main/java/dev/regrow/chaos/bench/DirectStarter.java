package dev.regrow.chaos.bench;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.process.LocalNodeRuntime;
import dev.regrow.runtime.process.RuntimeConfig;
import dev.regrow.runtime.process.Sweep;
import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/** Our own launcher in this JVM, without cluster, store or API. */
final class DirectStarter implements Starter, AutoCloseable {

  private static final int WARM_UP = 150;
  private static final long PATIENCE_SECONDS = 30;
  private static final long MEMORY_BYTES = 4 << 20;
  private static final long PIDS = 8;
  private static final int NOBODY = 65534;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Kernel kernel = Kernel.load();
  private final AtomicInteger started = new AtomicInteger();
  private final String nodeUid;
  private final Path data;
  private final Path root;
  private final Stamps stamps;
  private final LaunchSpec.Network network;
  private final LocalNodeRuntime runtime;

  private DirectStarter(
      String nodeUid, Path data, Path root, Stamps stamps, LaunchSpec.Network network) {
    this.network = network;
    this.nodeUid = nodeUid;
    this.data = data;
    this.root = root;
    this.stamps = stamps;
    this.runtime =
        LocalNodeRuntime.open(
            RuntimeConfig.of(nodeUid, data).withHostPaths(List.of(stamps.folder())));
  }

  /**
   * @param root the instances' root file system
   */
  static DirectStarter open(Path data, Path root, Stamps stamps, LaunchSpec.Network network)
      throws Exception {
    Files.createDirectory(
        data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    var kind = network == LaunchSpec.Network.BRIDGE ? "bb" : "bn";
    var uid = kind + Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX);
    var starter = new DirectStarter(uid, data, root, stamps, network);
    try {
      for (int i = 0; i < WARM_UP; i++) {
        starter.start("direct-warm");
      }
      return starter;
    } catch (Exception e) {
      starter.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return network == LaunchSpec.Network.BRIDGE ? "regrow, bridge" : "regrow";
  }

  @Override
  public Histogram latencies(int count) throws Exception {
    var latency = new Histogram(3);
    for (int i = 0; i < count; i++) {
      long asked = start("direct");
      latency.recordValue(stamps.starts("direct").get(i) - asked);
    }
    return latency;
  }

  @Override
  public double perSecond(int countEach) throws Exception {
    var starters = Executors.newFixedThreadPool(2);
    try {
      Callable<Void> many =
          () -> {
            String slot = "direct-" + Thread.currentThread().getId();
            for (int i = 0; i < countEach; i++) {
              start(slot);
            }
            return null;
          };
      long begin = System.nanoTime();
      for (var done : starters.invokeAll(List.of(many, many))) {
        done.get();
      }
      return 2 * countEach * NANOS_PER_SECOND / (System.nanoTime() - begin);
    } finally {
      starters.shutdownNow();
    }
  }

  /** Starts one, waits for its end and removes it: CLOCK_BOOTTIME of when it was asked for. */
  private long start(String slot) throws Exception {
    var spec = spec(slot);
    long asked = kernel.boottimeNanos();
    var instance =
        runtime.launch(spec).toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    var ended = instance.ended().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!Integer.valueOf(0).equals(ended.exitCode())) {
      throw new IOException("the probe ended with " + ended);
    }
    runtime.forget(spec.key()).toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return asked;
  }

  private LaunchSpec spec(String slot) {
    return new LaunchSpec(
        new InstanceKey("bench", "direct", "direct-" + started.incrementAndGet()),
        1,
        slot,
        Map.of(),
        root,
        true,
        List.of("/stamps/probe", "once", "/stamps/" + slot),
        Map.of(),
        NOBODY,
        NOBODY,
        "/",
        network,
        List.of(new LaunchSpec.Mount.Host(stamps.folder(), "/stamps", false)),
        new LaunchSpec.Limits(1, 0, MEMORY_BYTES, MEMORY_BYTES, PIDS),
        "TERM",
        Duration.ofSeconds(1),
        null);
  }

  @Override
  public void close() throws IOException {
    runtime.close();
    var left = Sweep.node(nodeUid, data, Duration.ZERO);
    if (!left.isEmpty()) {
      throw new IOException("left behind: " + left);
    }
  }
}
