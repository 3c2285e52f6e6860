package dev.regrow.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.time.SystemEnded;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class FailuresTest {

  @Test
  void what_was_not_asked_since_the_cluster_system_had_ended_was_not_applied() {
    var ended = new CompletionException(new SystemEnded(new RejectedExecutionException()));

    var problem = Failures.problem(ended, true, "PUT /v1/…").problem();

    assertThat(problem.getStatus()).isEqualTo(503);
    assertThat(problem.getType()).endsWith("not-applied");
    assertThat(problem.getDetail()).contains("ask another node");
  }

  @Test
  void what_came_to_its_turn_after_the_gateway_had_stopped_was_not_applied() {
    var workers = Workers.start();
    workers.shutdown();

    // As Dispatcher does once it has learnt whose the token is.
    var late =
        CompletableFuture.completedFuture("a good token")
            .thenCompose(learned -> CompletableFuture.supplyAsync(() -> "deleted", workers));

    assertThat(late)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .satisfies(
            failure -> {
              var problem = Failures.problem(failure, true, "DELETE /v1/…").problem();
              assertThat(problem.getStatus()).isEqualTo(503);
              assertThat(problem.getType()).endsWith("not-applied");
            });
  }

  @Test
  void a_change_that_was_asked_and_not_answered_may_have_happened() {
    assertThat(Failures.problem(new TimeoutException(), true, "PUT /v1/…").problem().getType())
        .endsWith("outcome-unknown");
    assertThat(Failures.problem(new TimeoutException(), false, "GET /v1/…").problem().getType())
        .endsWith("not-applied");
  }
}
