package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.schema.testing.BadBodies;
import dev.regrow.schema.testing.BadBody;
import dev.regrow.v1.Workload;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

class BadBodiesTest {
  private static final long SEED = 2026;

  @Test
  void every_bad_body_is_refused_as_it_should_be_with_field_line_and_column() {
    List<BadBody> bodies = BadBodies.all(SEED);
    var softly = new SoftAssertions();

    for (BadBody bad : bodies) {
      Parsed<Workload> parsed =
          Schema.parse(Workload.getDefaultInstance(), bad.body(), bad.syntax());
      softly
          .assertThat(parsed.verdict())
          .as("%s gave %s", bad, parsed.violations())
          .isEqualTo(bad.verdict());
      softly
          .assertThat(parsed.violations())
          .as("%s names its field", bad)
          .anyMatch(violation -> violation.field().equals(bad.field()));
      if (bad.verdict() != Verdict.TOO_LARGE) {
        softly
            .assertThat(parsed.violations())
            .as("%s has places", bad)
            .allMatch(violation -> violation.line() >= 1 && violation.column() >= 1);
      }
    }

    assertThat(bodies).hasSizeGreaterThan(500);
    softly.assertAll();
  }

  @Test
  void no_message_is_longer_than_a_person_reads() {
    for (BadBody bad : BadBodies.all(SEED)) {
      Schema.parse(Workload.getDefaultInstance(), bad.body(), bad.syntax())
          .violations()
          .forEach(
              violation ->
                  assertThat(violation.message())
                      .as("%s", bad)
                      .hasSizeLessThan(400)
                      .doesNotContain(
                          "\n",
                          "com.fasterxml",
                          "snakeyaml",
                          "Exception",
                          "StreamReadConstraints"));
    }
  }
}
