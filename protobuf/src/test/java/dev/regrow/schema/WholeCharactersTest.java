package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.Workload;
import org.junit.jupiter.api.Test;

class WholeCharactersTest {

  @Test
  void a_character_of_two_halves_is_read_wherever_it_lies() {
    for (int before = 900; before < 1200; before++) {
      var note = "a".repeat(before) + "\uD83C\uDF31 grows";
      var yaml =
          """
          # %s
          kind: Service
          name: web
          instance: {command: [/bin/true], network: none, env: {NOTE: "%s"}}
          """
              .formatted(note, note);

      var parsed = Schema.parse(Workload.getDefaultInstance(), yaml, Syntax.YAML);

      assertThat(parsed.violations()).isEmpty();
      assertThat(parsed.orThrow().getInstance().getEnvOrThrow("NOTE")).isEqualTo(note);
    }
  }
}
