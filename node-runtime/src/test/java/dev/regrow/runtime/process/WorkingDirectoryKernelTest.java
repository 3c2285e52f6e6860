package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.regrow.runtime.Exec;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Network;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A working directory is a path of the workload's: what is open when it is entered could lead out
 * of the root, by /proc/self/fd (CVE-2024-21626).
 */
class WorkingDirectoryKernelTest extends ExecCase {

  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** Not there, or a link that is not followed; anything else was found open. */
  private static final Pattern CLOSED = Pattern.compile("ENOENT|ELOOP|errno (2|40)\\)");

  private static List<Path> descriptors() {
    return IntStream.rangeClosed(3, 30).mapToObj(fd -> Path.of("/proc/self/fd/" + fd)).toList();
  }

  @Test
  void an_instance_does_not_begin_in_what_its_launcher_has_open() {
    for (var open : descriptors()) {
      var spec = spec("web-1-a", null, open.toString(), "/bin/sh", "-c", "ls ..");

      assertThatThrownBy(() -> get(agent().launch(spec)))
          .hasCauseInstanceOf(RuntimeFailure.class)
          .hasMessageContaining("cannot enter the working directory '" + open + "'")
          .hasMessageMatching("(?s).*(ENOENT|ELOOP).*");
    }
  }

  @Test
  void nor_does_a_command_or_a_probe_where_the_directory_became_a_link(@TempDir Path folder)
      throws Exception {
    var root = root(folder);
    var probe = new Probe.Exec(List.of("/bin/busybox", "ls"));
    for (var open : descriptors()) {
      var swap = "ln -s %s /new && mv -T /new /work && exec sleep 1000".formatted(open);
      var id = "web-1-" + open.getFileName();
      var spec = spec(id, root, "/work", "/bin/busybox", "sh", "-c", swap);
      var instance = get(agent().launch(spec));

      await(() -> refusal(instance) != null, () -> "commands run in " + open);

      assertThat(refusal(instance)).contains("workdir failed on /work").containsPattern(CLOSED);
      assertThat(get(instance.probe(probe, PATIENCE)).message())
          .contains("workdir failed on /work")
          .containsPattern(CLOSED);
      instance.stop(Duration.ZERO);
      get(instance.ended());
    }
  }

  @Test
  void a_link_of_the_root_is_followed_as_ever(@TempDir Path folder) throws Exception {
    var instance =
        get(
            agent()
                .launch(spec("web-1-a", root(folder), "/work", "/bin/busybox", "sleep", "1000")));
    var heard = new Heard();

    get(instance.exec(new Exec.Command(List.of("/bin/busybox", "pwd"), null), heard));

    assertThat(get(heard.code)).isZero();
    assertThat(heard.output()).isEqualTo("/first\n");
  }

  /** Null while commands run. */
  private static @Nullable String refusal(RunningInstance instance) {
    var heard = new Heard();
    try {
      get(instance.exec(new Exec.Command(List.of("/bin/busybox", "true"), null), heard));
      get(heard.code);
      return null;
    } catch (ExecutionException e) {
      return String.valueOf(e.getCause());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Path root(Path folder) throws Exception {
    assumeTrue(Files.isExecutable(BUSYBOX), "needs busybox-static");
    var root = folder.resolve("root");
    Files.createDirectories(root.resolve("bin"));
    Files.copy(BUSYBOX, root.resolve("bin/busybox"));
    for (var tool : List.of("ln", "mv", "sleep")) {
      Files.createSymbolicLink(root.resolve("bin").resolve(tool), Path.of("busybox"));
    }
    Files.createDirectory(root.resolve("first"));
    Files.createSymbolicLink(root.resolve("work"), Path.of("first"));
    return root;
  }

  private static LaunchSpec spec(
      String id, @Nullable Path root, String workdir, String... command) {
    return new LaunchSpec(
        new InstanceKey("shop", "web", id),
        1,
        "web-1",
        Map.of(),
        root,
        false,
        List.of(command),
        Map.of(),
        0,
        0,
        workdir,
        Network.NONE,
        List.of(),
        new Limits(100, 0, 64 << 20, 128 << 20, 32),
        "TERM",
        SECOND,
        null);
  }
}
