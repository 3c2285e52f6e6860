package dev.regrow.cli.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {
  private final List<String> heard = new ArrayList<>();

  private final Usage usage =
      Usage.of("try", "Tries. Again and again.")
          .argument("NAME", "Who.", text -> heard.add("name " + text))
          .arguments("MORE", "What else.", 0, text -> heard.add("more " + text))
          .flag("-a, --all", "All.", () -> heard.add("all"))
          .flag("--wait", "Wait.", () -> heard.add("wait"))
          .option("-f, --file", "FILE", "Of what.", text -> heard.add("file " + text))
          .option("--tail", "N", "Lines.", text -> heard.add("tail " + Usage.number(text)))
          .footer("Example:", "  regrow try it");

  private List<String> read(String words) throws WrongUsageException {
    heard.clear();
    Words.read(usage, words.isEmpty() ? List.of() : List.of(words.split(" ", -1)));
    return heard;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "web -f x --all",
        "--all --file=x web",
        "-a -fx web",
        "-af x web",
        "--file x web -a",
        "-afx -- web"
      })
  void an_option_is_written_in_any_of_the_usual_ways(String words) throws WrongUsageException {
    assertThat(read(words)).containsExactlyInAnyOrder("name web", "file x", "all");
  }

  @Test
  void after_two_dashes_nothing_is_an_option() throws WrongUsageException {
    assertThat(read("web -- --wait -- -x"))
        .containsExactly("name web", "more --wait", "more --", "more -x");
  }

  @Test
  void a_dash_alone_and_a_negative_number_are_values() throws WrongUsageException {
    assertThat(read("web -f - --tail -1")).contains("file -", "tail -1");
  }

  @Test
  void an_option_given_twice_is_heard_twice_in_order() throws WrongUsageException {
    assertThat(read("web -f one -f two")).containsSubsequence("file one", "file two");
  }

  @ParameterizedTest
  @CsvSource({
    "'',NAME is missing",
    "web --file,--file wants a value",
    "web --file --all,--file wants a value",
    "web --tail many,is no whole number",
    "web --all=yes,--all has no value",
    "web --wiat,did you mean \"--wait\"?",
    "web -x,is not expected here"
  })
  void words_that_do_not_fit_are_named(String words, String said) {
    assertThatThrownBy(() -> read(words))
        .isInstanceOf(WrongUsageException.class)
        .hasMessageContaining(said);
  }

  @Test
  void what_is_required_must_be_given() {
    var strict = Usage.of("try", "Tries.").required("-f, --file", "FILE", "Of what.", text -> {});

    assertThatThrownBy(() -> Words.read(strict, List.of())).hasMessage("--file FILE is missing");
    assertThatThrownBy(() -> Words.read(strict, List.of("-f", "x", "y")))
        .hasMessage("\"y\" is not expected here");
  }

  @Test
  void help_is_wanted_wherever_it_stands_but_not_after_two_dashes() throws WrongUsageException {
    assertThat(Words.read(usage, List.of("web", "--all", "-h"))).isFalse();
    assertThat(Words.read(usage, List.of("--help"))).isFalse();
    assertThat(Words.read(usage, List.of("web", "--", "-h"))).isTrue();
  }

  @Test
  void later_arguments_get_theirs_before_earlier_ones_take_more() throws WrongUsageException {
    var taken = new ArrayList<String>();
    var two =
        Usage.of("describe", "Tells.")
            .optional("KIND", "Of what.", text -> taken.add("kind " + text))
            .argument("NAME", "Who.", text -> taken.add("name " + text));

    Words.read(two, List.of("web"));
    Words.read(two, List.of("node", "n1"));

    assertThat(taken).containsExactly("name web", "kind node", "name n1");
  }

  @Test
  void the_help_shows_how_it_is_called_and_aligns_what_it_explains() {
    assertThat(usage.help())
        .isEqualTo(
            """
            Usage: regrow try NAME [MORE...] [OPTIONS]

            Tries. Again and again.

            Arguments:
              NAME   Who.
              MORE   What else.

            Options:
              -a, --all         All.
                  --wait        Wait.
              -f, --file FILE   Of what.
                  --tail N      Lines.
              -h, --help        Show this help.

            Example:
              regrow try it
            """);
    assertThat(usage.summary()).isEqualTo("Tries.");
  }
}
