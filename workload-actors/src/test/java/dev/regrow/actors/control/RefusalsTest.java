package dev.regrow.actors.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.actors.workload.WorkloadReply;
import dev.regrow.core.lifecycle.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RefusalsTest {

  @ParameterizedTest
  @EnumSource
  void why_a_workload_refuses_is_told_by_the_same_word(Answer.Why why) {
    var refusal = Refusals.of(new WorkloadReply.Declined(why.name(), "because of the test"));

    assertThat(refusal.kind().name()).isEqualTo(why.name());
    assertThat(refusal).hasMessage("because of the test");
  }

  @Test
  void a_reason_that_only_a_newer_release_knows_is_a_refusal_too() {
    var refusal = Refusals.of(new WorkloadReply.Declined("TOO_EARLY", "come back tomorrow"));

    assertThat(refusal.kind()).isEqualTo(Refusal.Kind.CONFLICT);
    assertThat(refusal).hasMessage("come back tomorrow");
  }
}
