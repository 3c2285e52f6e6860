package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EnvironmentTest {

  @Test
  void what_a_program_was_started_with_goes_before_what_is_usual() {
    assertThat(Environment.parse("MODE=a=b\0HOME=/srv\0EMPTY=\0", "web-0"))
        .containsEntry("MODE", "a=b")
        .containsEntry("HOME", "/srv")
        .containsEntry("EMPTY", "")
        .containsEntry("HOSTNAME", "web-0")
        .containsKey("PATH");
  }

  @Test
  void a_title_that_a_program_wrote_over_its_variables_is_none() {
    assertThat(Environment.parse("postgres: writer =\0=x\0no-variable\0", "db-0").keySet())
        .containsExactlyInAnyOrder("PATH", "HOME", "HOSTNAME");
  }

  @Property
  void whatever_a_program_wrote_there_no_name_or_value_is_longer_than_its_part(
      @ForAll String environ) {
    assertThat(Environment.parse(environ, "web-0"))
        .allSatisfy((name, value) -> assertThat(name + value).doesNotContain("\0"));
  }
}
