package dev.regrow.runtime.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.shim.ShimBinary;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Shims that wait for a use. */
@Tag("kernel")
final class ShimsTest {

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();
  private final Kernel kernel = Kernel.load();

  @SuppressWarnings("NullAway.Init")
  private Path home;

  @SuppressWarnings("NullAway.Init")
  private Shims shims;

  @BeforeEach
  void open() throws IOException {
    home = Path.of("/var/tmp/regrow-" + host.nodeUid());
    TestNode.privately(home);
    shims = new Shims(kernel, ShimBinary.install(home));
  }

  @AfterEach
  void close() {
    shims.close();
    PlanExecutor.remove(home);
  }

  @Test
  void one_whose_agent_goes_ends_by_itself_and_says_nothing() {
    var shim = shims.take();
    try (var pidfd = kernel.pidfdOpen(shim.pid())) {
      shim.config().close();

      assertThat(said(shim.report())).isEmpty();
      assertThat(kernel.pollReadable(pidfd, TestNode.PATIENCE)).isTrue();
      assertThat(kernel.waitid(pidfd)).contains(new Kernel.Exit(0, null));
    }
    shim.close();
  }

  @Test
  void half_a_configuration_is_refused() {
    var shim = shims.take();
    kernel.write(shim.config(), new byte[] {100, 0, 0, 0, 'R', 'G', 'S', 'H', 1, 0, 0, 0});
    shim.config().close();

    assertThat(said(shim.report())).isEqualTo("E config 22 cut off\n");
    shims.kill(shim.pid());
    shim.close();
  }

  @Test
  void one_that_died_while_it_waited_is_not_used() {
    shims.refill();
    TestNode.await(() -> shims.waiting().size() == 1, () -> "waiting: " + shims.waiting());
    int dead = shims.waiting().get(0);
    try (var pidfd = kernel.pidfdOpen(dead)) {
      kernel.pidfdSendSignal(pidfd, Signal.KILL);
      assertThat(kernel.pollReadable(pidfd, TestNode.PATIENCE)).isTrue();
    }

    var taken = shims.take();

    assertThat(taken.pid()).isNotEqualTo(dead);
    taken.close();
    shims.kill(taken.pid());
  }

  @Test
  void its_command_line_says_whose_it_is() throws IOException {
    try (var node = new TestNode(host.nodeUid())) {
      var attempt = node.launch(SpecBuilder.running("/bin/sleep", "100").build());

      var cmdline =
          Files.readString(
              Path.of("/proc", Integer.toString(attempt.launched.shimPid()), "cmdline"),
              StandardCharsets.ISO_8859_1);
      assertThat(cmdline.split("\0", -1)).startsWith("regrow-shim", "i1");
    }
  }

  private String said(Fd report) {
    var text = new StringBuilder();
    var buffer = new byte[100];
    while (kernel.pollReadable(report, TestNode.PATIENCE)) {
      int count = kernel.read(report, buffer);
      if (count == 0) {
        return text.toString();
      }
      text.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
    }
    throw new AssertionError("the report pipe stays open; it said: " + text);
  }
}
