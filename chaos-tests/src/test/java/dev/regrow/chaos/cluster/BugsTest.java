package dev.regrow.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BugsTest {

  private static final String SERVES = "2026-01-31T12:00:00.007Z INFO  NodeMain: serves";
  private static final String LOST =
      "2026-01-31T12:00:00.008Z ERROR GrpcLogAppender: n1->n2: failed (IOException: no answer)";
  private static final String BUG =
      "2026-01-31T12:00:00.009Z ERROR Failures: A bug answered GET /v1/nodes";

  @Test
  void a_log_without_a_bug_tells_of_none() {
    assertThat(Bugs.in(List.of(SERVES, LOST, SERVES))).isEmpty();
  }

  @Test
  void a_bug_is_told_with_its_stack_whatever_it_is_called() {
    var log =
        List.of(
            SERVES,
            BUG,
            "dev.regrow.actors.time.SystemEnded: over",
            "\tat dev.regrow.X.y(X.java:1)",
            LOST,
            "a line of somebody else",
            BUG);

    assertThat(Bugs.in(log))
        .containsExactly(
            BUG + "\ndev.regrow.actors.time.SystemEnded: over\n\tat dev.regrow.X.y(X.java:1)", BUG);
  }
}
