package dev.regrow.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PrintableTest {

  @Test
  void what_is_printable_stays() {
    assertThat(Printable.of("/opt/größe/😀 $1 \\n")).isEqualTo("/opt/größe/😀 $1 \\n");
  }

  @Test
  void what_a_terminal_obeys_or_hides_is_written_out() {
    assertThat(Printable.of("/x\u001b]52;c;eA==\u0007\n\u009b2J\u202egpj"))
        .isEqualTo("/x\\u001b]52;c;eA==\\u0007\\u000a\\u009b2J\\u202egpj");
    assertThat(Printable.of("\udb40\udc01\ud800")).isEqualTo("\\udb40\\udc01\\ud800");
  }

  @Property
  void nothing_else_comes_out_whatever_goes_in(@ForAll String text) {
    assertThat(Printable.of(text)).doesNotMatch("(?s).*[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}].*");
  }
}
