package dev.regrow.runtime.launch;

import static dev.regrow.runtime.launch.SpecBuilder.shell;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.runtime.LaunchSpec.Ulimit;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.testing.LeavesNothingBehind;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What each process may have. */
@Tag("kernel")
final class UlimitsTest {

  @RegisterExtension final LeavesNothingBehind host = new LeavesNothingBehind();

  @SuppressWarnings("NullAway.Init")
  private TestNode node;

  @BeforeEach
  void start() {
    node = new TestNode(host.nodeUid());
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void without_a_word_they_are_safe_whoever_started_the_node() {
    assertThat(limits(Map.of()))
        .containsPattern("Max core file size +0 +0 ")
        .containsPattern("Max open files +1024 +[0-9]+ ")
        .containsPattern("Max stack size +8388608 ");
  }

  @Test
  void what_is_asked_for_is_given_soft_and_hard() {
    var asked =
        Map.of(
            Ulimit.NOFILE, 64L,
            Ulimit.NPROC, 20L,
            Ulimit.CORE, 4096L,
            Ulimit.MEMLOCK, 0L,
            Ulimit.STACK, 1L << 20);

    assertThat(limits(asked))
        .containsPattern("Max open files +64 +64 ")
        .containsPattern("Max processes +20 +20 ")
        .containsPattern("Max core file size +4096 +4096 ")
        .containsPattern("Max locked memory +0 +0 ")
        .containsPattern("Max stack size +1048576 +1048576 ");
  }

  @Test
  void a_process_beyond_its_users_number_is_refused() {
    var attempt =
        node.launch(
            shell("(sleep 5 & sleep 5 & sleep 5 & sleep 5 & wait) 2>&1; true")
                .allowed(Map.of(Ulimit.NPROC, 3L))
                .build());

    attempt.awaitEnd();

    assertThat(attempt.output()).contains("fork");
  }

  @Test
  void more_than_the_node_may_have_is_refused() {
    var spec = shell("true").allowed(Map.of(Ulimit.NOFILE, 1L << 40)).build();

    assertThatThrownBy(() -> node.launch(spec))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("ulimit nofile of 1099511627776 is more than this node itself may");
  }

  private String limits(Map<Ulimit, Long> asked) {
    var attempt = node.launch(shell("cat /proc/self/limits").allowed(asked).build());
    attempt.awaitEnd();
    return attempt.output();
  }
}
