package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Mount;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.RunningInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What instances write to their roots. */
final class RootWatchKernelTest extends ExecCase {

  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final long MIB = 1 << 20;
  private static final String WRITTEN = "; touch /work/written; sleep 1000";

  @TempDir private Path root = Path.of("unset");

  /** By itself it is not to look while something is being written. */
  private Duration every = Duration.ofDays(1);

  @Override
  RuntimeConfig config(RuntimeConfig plain) {
    return plain.withPace(new RuntimeConfig.Pace(every, plain.pace().network()));
  }

  @BeforeEach
  void makeRoot() throws IOException {
    assumeTrue(Files.isExecutable(BUSYBOX), "needs busybox-static");
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectory(root.resolve("bin"));
    Files.copy(BUSYBOX, root.resolve("bin/busybox"));
    var work = Files.createDirectory(root.resolve("work"));
    Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  @Test
  void what_writes_more_than_its_bound_is_evicted_whether_the_file_has_a_name_or_not()
      throws Exception {
    var named = launch("named", 4, "dd if=/dev/zero of=/work/big bs=1M count=20" + WRITTEN);
    var unnamed =
        launch(
            "unnamed",
            4,
            "exec 3>/work/big; rm /work/big; dd if=/dev/zero bs=1M count=20 >&3" + WRITTEN);
    var modest =
        launch(
            "modest",
            64,
            "dd if=/dev/zero of=/work/small bs=1M count=20;"
                + " dd if=/dev/zero of=/work/holes bs=1 count=1 seek=1000000000"
                + WRITTEN);

    lookOnceWritten(named, unnamed, modest);

    for (var instance : List.of(named, unnamed)) {
      var ended = get(instance.ended());
      assertThat(ended.reason()).as(ended.toString()).isEqualTo(Ended.Reason.EVICTED);
      assertThat(ended.message())
          .matches("wrote 20\\.\\d MiB to its root, its bound is 4\\.0 MiB: use a volume.*");
    }
    assertThat(agent().running()).containsExactly(modest);
  }

  @Test
  void what_it_writes_to_volumes_of_its_image_counts_and_what_they_began_with_does_not()
      throws Exception {
    var seed = Files.createDirectory(root.resolve("seed"));
    Files.setPosixFilePermissions(seed, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.write(seed.resolve("big"), new byte[20 << 20]);
    var data = List.<Mount>of(new Mount.Own("/data", List.of(seed)));
    var fill = "dd if=/dev/zero bs=1M count=20";
    var named = launch("named", 1, 4, fill + " of=/data/more" + WRITTEN, data);
    var unnamed =
        launch(
            "unnamed", 1, 4, "exec 3>/data/more; rm /data/more; " + fill + " >&3" + WRITTEN, data);
    var modest = launch("modest", 1, 4, "echo x > /data/y" + WRITTEN, data);

    lookOnceWritten(named, unnamed, modest);

    for (var instance : List.of(named, unnamed)) {
      var ended = get(instance.ended());
      assertThat(ended.reason()).as(ended.toString()).isEqualTo(Ended.Reason.EVICTED);
      assertThat(ended.message())
          .matches("wrote 20\\.\\d MiB to its root and the volumes of its image, its bound is 4.*");
    }
    assertThat(agent().running()).containsExactly(modest);
  }

  @Test
  void volumes_of_an_image_that_alone_are_too_large_begin_anew_after_an_eviction()
      throws Exception {
    agent().close();
    every = Duration.ofMillis(500);
    restart();
    var data = List.<Mount>of(new Mount.Own("/data", List.of()));
    var keep = "echo x > /data/kept; ";
    var full = "dd if=/dev/zero of=/data/more bs=1M count=20; sleep 1000";
    var elsewhere = "dd if=/dev/zero of=/work/more bs=1M count=20; sleep 1000";

    get(launch("full", 1, 4, keep + full, data).ended());
    get(launch("elsewhere", 1, 4, keep + elsewhere, data).ended());
    var anew = get(launch("full", 2, 4, "test -z \"$(ls /data)\"", data).ended());
    var still = get(launch("elsewhere", 2, 4, "test \"$(ls /data)\" = kept", data).ended());

    assertThat(anew.reason()).as(anew.toString()).isEqualTo(Ended.Reason.COMPLETED);
    assertThat(still.reason()).as(still.toString()).isEqualTo(Ended.Reason.COMPLETED);
  }

  private void lookOnceWritten(RunningInstance... instances) {
    var probe = new Probe.Exec(List.of("/bin/busybox", "test", "-e", "/work/written"));
    for (var instance : instances) {
      await(
          () -> instance.probe(probe, PATIENCE).toCompletableFuture().join().well(),
          () -> instance.key() + " is still writing");
    }
    agent().lookAtRoots();
  }

  private RunningInstance launch(String id, long mebibytes, String script) throws Exception {
    return launch(id, 1, mebibytes, script, List.of());
  }

  private RunningInstance launch(
      String id, int attempt, long mebibytes, String script, List<Mount> mounts) throws Exception {
    return get(
        agent()
            .launch(
                new LaunchSpec(
                    new InstanceKey("shop", "web", id),
                    attempt,
                    id,
                    Map.of(),
                    root,
                    false,
                    List.of("/bin/busybox", "sh", "-c", script),
                    Map.of("PATH", "/bin"),
                    1000,
                    1000,
                    "/",
                    Network.NONE,
                    mounts,
                    new Limits(100, 0, 64 * MIB, 128 * MIB, 32).withDisk(mebibytes * MIB),
                    "KILL",
                    Duration.ofSeconds(1),
                    null)));
  }
}
