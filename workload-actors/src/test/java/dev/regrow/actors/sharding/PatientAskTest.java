package dev.regrow.actors.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.regrow.actors.workload.WorkloadCommand;
import dev.regrow.actors.workload.WorkloadReply;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The way to a workload swallows what it likes. */
class PatientAskTest {

  private static final Duration PATIENCE = Duration.ofMillis(14_500);

  private final AtomicLong storeIndex = new AtomicLong(41);
  private ActorTestKit kit;
  private ManualTime time;
  private TestProbe<WorkloadCommand> workload;
  private PatientAsk asking;

  @BeforeEach
  void start() {
    kit = ActorTestKit.create(ManualTime.config());
    time = ManualTime.get(kit.system());
    workload = kit.createTestProbe();
    asking = new PatientAsk(kit.system(), storeIndex::get);
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void a_question_that_was_swallowed_comes_again_as_the_same_and_is_answered() throws Exception {
    var reply = ask();
    var swallowed = attempt();

    time.timePasses(Duration.ofSeconds(1));
    var again = attempt();
    again.replyTo().tell(done(42));

    assertThat(reply.get(20, TimeUnit.SECONDS)).isEqualTo(done(42));
    assertThat(again.number()).isEqualTo(swallowed.number()).isNotZero();
    assertThat(swallowed.since()).isZero();
    assertThat(again.since()).isEqualTo(41);
  }

  @Test
  void a_late_answer_to_the_first_attempt_counts_and_ends_it() throws Exception {
    var reply = ask();
    var first = attempt();
    time.timePasses(Duration.ofSeconds(1));
    attempt();

    first.replyTo().tell(done(42));

    assertThat(reply.get(20, TimeUnit.SECONDS)).isEqualTo(done(42));
    time.expectNoMessageFor(PATIENCE, workload);
  }

  @Test
  void what_was_answered_here_is_known_though_the_store_lags() throws Exception {
    var before = ask();
    attempt().replyTo().tell(done(99));
    before.get(20, TimeUnit.SECONDS);

    var unused = ask();
    attempt();
    time.timePasses(Duration.ofSeconds(1));

    assertThat(attempt().since()).isEqualTo(99);
  }

  @Test
  void nothing_is_kept_of_what_was_answered_even_while_it_was_being_asked() throws Exception {
    Question answeredAtOnce =
        (replyTo, number, since) -> {
          replyTo.tell(done(42));
          return new WorkloadCommand.Restart(WorkloadCommand.NOTHING, replyTo, number, since);
        };
    var first = ask();
    assertThat(asking.waiting()).isEqualTo(1);

    attempt().replyTo().tell(done(41));
    var second = asking.ask(workload.getRef(), answeredAtOnce, PATIENCE).toCompletableFuture();

    assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(done(41));
    assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(done(42));
    assertThat(asking.waiting()).isZero();
  }

  @Test
  void what_nobody_answers_ends_with_the_patience_and_is_asked_no_more() {
    var reply = ask();

    time.timePasses(PATIENCE);

    assertThatThrownBy(() -> reply.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TimeoutException.class);
    assertThat(workload.receiveSeveralMessages(15)).hasSize(15);
    time.expectNoMessageFor(PATIENCE, workload);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"UNAVAILABLE", "DISK_FULL", "STALE", "NOT_FOUND", "CONFLICT", "NOT_KNOWN_YET"})
  void a_refusal_says_nothing_of_other_attempts_that_may_have_come_elsewhere(String why)
      throws Exception {
    var reply = ask();
    var first = attempt();
    time.timePasses(Duration.ofSeconds(1));
    attempt();

    first.replyTo().tell(new WorkloadReply.Declined(why, "because of the test"));

    var told = (WorkloadReply.Declined) reply.get(20, TimeUnit.SECONDS);
    assertThat(told.why()).isEqualTo("OUTCOME_UNKNOWN");
    assertThat(told.message()).contains("because of the test").contains("read it");
  }

  @Test
  void a_refusal_of_the_only_attempt_counts_and_nothing_follows_it() throws Exception {
    var reply = ask();
    var refused = new WorkloadReply.Declined("UNAVAILABLE", "because of the test");

    attempt().replyTo().tell(refused);

    assertThat(reply.get(20, TimeUnit.SECONDS)).isEqualTo(refused);
    time.expectNoMessageFor(PATIENCE, workload);
  }

  @Test
  void what_can_never_be_is_refused_by_all() throws Exception {
    var reply = ask();
    attempt();
    time.timePasses(Duration.ofSeconds(1));
    var invalid = new WorkloadReply.Declined("INVALID", "because of the test");

    attempt().replyTo().tell(invalid);

    assertThat(reply.get(20, TimeUnit.SECONDS)).isEqualTo(invalid);
  }

  @Test
  void what_was_asked_before_the_cluster_system_ended_waits_no_longer() {
    var reply = ask();
    attempt();

    kit.system().terminate();

    assertThatThrownBy(() -> reply.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TimeoutException.class)
        .hasMessageContaining("system ended");
  }

  private CompletableFuture<WorkloadReply> ask() {
    Question restart =
        (replyTo, number, since) ->
            new WorkloadCommand.Restart(WorkloadCommand.NOTHING, replyTo, number, since);
    return asking.ask(workload.getRef(), restart, PATIENCE).toCompletableFuture();
  }

  private WorkloadCommand.Asking attempt() {
    return workload.expectMessageClass(WorkloadCommand.Restart.class);
  }

  private static WorkloadReply.Done done(long index) {
    return new WorkloadReply.Done(Workload.newBuilder().setIndex(index).build(), "CHANGED");
  }
}
