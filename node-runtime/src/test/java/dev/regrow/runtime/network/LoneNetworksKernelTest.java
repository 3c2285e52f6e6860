package dev.regrow.runtime.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("kernel")
class LoneNetworksKernelTest {

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  private final Kernel kernel = Kernel.load();

  @Test
  void each_is_given_once_whether_it_was_made_ahead_or_not() {
    var given = new ArrayList<Fd>();
    try (var networks = new LoneNetworks(kernel)) {
      for (int i = 0; i < 6; i++) {
        given.add(networks.take());
        networks.refill();
      }
      // Their names are looked at while all are there: the kernel gives them again.
      assertThat(given)
          .extracting(LoneNetworksKernelTest::name)
          .doesNotHaveDuplicates()
          .doesNotContain(name("/proc/self/ns/net"));
    } finally {
      given.forEach(Fd::close);
    }
  }

  @Test
  void there_is_a_loopback_that_is_up_and_every_port_is_free_to_all() throws Exception {
    try (var networks = new LoneNetworks(kernel);
        var network = networks.take()) {
      assertThat(inside(network, "/proc/thread-self/net/dev").lines().skip(2))
          .singleElement()
          .asString()
          .contains("lo:");
      assertThat(inside(network, "/proc/thread-self/net/fib_trie")).contains("127.0.0.1");
      assertThat(inside(network, "/proc/sys/net/ipv4/ip_unprivileged_port_start"))
          .isEqualToIgnoringWhitespace("0");
    }
  }

  /** On a thread of its own, which is not used again. */
  private String inside(Fd network, String file) throws Exception {
    return CompletableFuture.supplyAsync(
            () -> {
              kernel.enterNetwork(network);
              try {
                return Files.readString(Path.of(file));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            task -> new Thread(task).start())
        .get();
  }

  private static Path name(Fd network) {
    return name(Attachment.pathOf(network.number()).toString());
  }

  private static Path name(String link) {
    try {
      return Files.readSymbolicLink(Path.of(link));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
