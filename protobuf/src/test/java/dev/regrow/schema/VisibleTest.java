package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.v1.Event;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class VisibleTest {

  private static final String HIDDEN = "\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}";

  @Test
  void what_people_can_read_stays_as_it_is() {
    var text = "größe \\u001b 😀 שלום";

    assertThat(Visible.line(text)).isEqualTo(text);
    assertThat(Visible.line(text + '\r')).isEqualTo(text + "\\r");
  }

  @Test
  void what_a_terminal_obeys_or_hides_is_written_out() {
    assertThat(Visible.line("a\u001b[2J\u009bm\u0007\u007f"))
        .isEqualTo("a\\u001b[2J\\u009bm\\u0007\\u007f");
    assertThat(Visible.line("\u202egpj\u2066\u200b\u2028"))
        .isEqualTo("\\u202egpj\\u2066\\u200b\\u2028");
    assertThat(Visible.line("\udb40\udc01😀\ud83d")).isEqualTo("\\udb40\\udc01😀\\ud83d");
  }

  @Test
  void lines_and_tabs_stay_where_they_are_meant() {
    assertThat(Visible.line("a\n\tb\r")).isEqualTo("a\\n\\tb\\r");
    assertThat(Visible.lines("a\n\tb\r")).isEqualTo("a\n\tb\\r");
  }

  @Property
  void nothing_else_comes_out_whatever_goes_in(@ForAll String text) {
    assertThat(Visible.line(text)).doesNotMatch("(?s).*[" + HIDDEN + "].*");
    assertThat(Visible.lines(text)).doesNotMatch("(?s).*[" + HIDDEN + "&&[^\n\t]].*");
  }

  @Test
  void json_and_yaml_escape_all_of_it_and_mean_the_same() {
    var all =
        IntStream.rangeClosed(1, Character.MAX_VALUE)
            .filter(each -> Visible.hides(each) && !Character.isSurrogate((char) each))
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    var event = Event.newBuilder().setMessage(all).build();

    for (var syntax : Syntax.values()) {
      var written = syntax == Syntax.JSON ? Schema.toJson(event) : Schema.toYaml(event);

      assertThat(written).doesNotMatch("(?s).*[" + HIDDEN + "&&[^\n]].*");
      assertThat(Schema.readAnswer(event, written, syntax)).isEqualTo(event);
    }
  }
}
