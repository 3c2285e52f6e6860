package dev.regrow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.regrow.cli.view.AttemptWords;
import dev.regrow.cli.view.Descriptions;
import dev.regrow.cli.view.ImageTables;
import dev.regrow.cli.view.PlanView;
import dev.regrow.cli.view.Tables;
import dev.regrow.cli.view.Troubles;
import dev.regrow.v1.Attempt;
import dev.regrow.v1.Config;
import dev.regrow.v1.Event;
import dev.regrow.v1.Instance;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodeImage;
import dev.regrow.v1.Plan;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Secret;
import dev.regrow.v1.Timeline;
import dev.regrow.v1.Token;
import dev.regrow.v1.Workload;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Whoever may deploy chooses texts that others see; no terminal obeys them. */
class ForeignTextTest {

  /** Colours, and what replaces the line of progress. */
  private static final Pattern OUR_OWN =
      Pattern.compile("\u001b\\[(0|3[123])m|\r\u001b\\[K(\u001b\\[\\?7l)?|\u001b\\[\\?7h");

  private static final Pattern NOT_SHOWN =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}&&[^\n\t]]");

  private static final long NOW = 1_700_000_000_000L;

  private static Terminal terminal(StringWriter shown) {
    var writer = new PrintWriter(shown, true);
    return new Terminal(writer, writer, true, true, true, true);
  }

  private static void assertHarmless(StringWriter shown) {
    var left = OUR_OWN.matcher(shown.toString()).replaceAll("");
    assertThat(NOT_SHOWN.matcher(left).results().map(each -> (int) each.group().charAt(0)))
        .as("in %s", left)
        .isEmpty();
  }

  @Provide
  Arbitrary<String> texts() {
    var sequences =
        Arbitraries.of(
            "\u001b]52;c;eA==\u0007",
            "\u001b[2J",
            "\u009b31m",
            "\u202e",
            "\udb40\udc01",
            "\r",
            "x");
    return Arbitraries.oneOf(
        sequences.list().ofMaxSize(4).map(each -> String.join("", each)),
        Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(8),
        Arbitraries.strings().all().ofMaxLength(8));
  }

  @Property(tries = 200)
  void tables_show_it_and_obey_none_of_it(@ForAll("texts") String text) {
    var shown = new StringWriter();
    var terminal = terminal(shown);
    var style = new Tables.Style(true, true, NOW);

    for (var table :
        List.of(
            Tables.workloads(style, List.of(full(Workload.getDefaultInstance(), text))),
            Tables.instances(style, List.of(full(Instance.getDefaultInstance(), text))),
            Tables.nodes(style, List.of(full(Node.getDefaultInstance(), text))),
            Tables.revisions(style, List.of(full(Revision.getDefaultInstance(), text))),
            Tables.events(style, List.of(full(Event.getDefaultInstance(), text))),
            Tables.configs(style, List.of(full(Config.getDefaultInstance(), text))),
            Tables.secrets(style, List.of(full(Secret.getDefaultInstance(), text))),
            Tables.volumes(style, List.of(full(NamedVolume.getDefaultInstance(), text))),
            Tables.namespaces(style, List.of(full(Namespace.getDefaultInstance(), text))),
            Tables.tokens(style, List.of(full(Token.getDefaultInstance(), text))),
            ImageTables.images(true, NOW, List.of(full(NodeImage.getDefaultInstance(), text))))) {
      table.print(terminal);
      table.printRows(terminal, table);
    }

    assertThat(shown.toString().lines()).hasSize(11 * 3); // And no line more.
    assertHarmless(shown);
  }

  @Property(tries = 200)
  void descriptions_and_stories_show_it_and_obey_none_of_it(@ForAll("texts") String text) {
    var shown = new StringWriter();
    var terminal = terminal(shown);
    var workload = full(Workload.getDefaultInstance(), text);
    var instance = full(Instance.getDefaultInstance(), text);
    var events = List.of(full(Event.getDefaultInstance(), text));

    Descriptions.workload(terminal, workload, text, List.of(instance), events, NOW);
    Descriptions.instance(terminal, instance, workload.getInstance(), NOW);
    Descriptions.node(terminal, full(Node.getDefaultInstance(), text));
    Descriptions.timeline(terminal, full(Timeline.getDefaultInstance(), text));
    PlanView.print(terminal, List.of(full(Plan.getDefaultInstance(), text)), new Output());
    terminal.print(AttemptWords.of(instance, full(Attempt.getDefaultInstance(), text)));

    assertHarmless(shown);
  }

  @Property(tries = 200)
  void progress_and_errors_show_it_and_obey_none_of_it(@ForAll("texts") String text) {
    var shown = new StringWriter();
    var terminal = terminal(shown);
    var instance = full(Instance.getDefaultInstance(), text);

    terminal.progress("default/web: 0/1 ready" + Troubles.words(List.of(instance)));
    terminal.say("regrow: web failed: " + Troubles.words(List.of(instance)));
    terminal.progress(text);
    Main.run(terminal, text);
    Main.run(terminal, "get", text);
    Main.run(terminal, "validate", "-f", "/nowhere/" + text);

    assertHarmless(shown);
  }

  @Test
  void columns_are_as_wide_as_what_is_shown() {
    var shown = new StringWriter();
    var terminal = terminal(shown);
    var table = new Table("NAME", "WHY");
    table.row(List.of("\u001b[2J", "a")).row(List.of("web", "b\nc"));

    table.print(terminal);

    assertThat(shown)
        .hasToString(
            """
            NAME        WHY
            \\u001b[2J   a
            web         b\\nc
            """);
  }

  /** With that text wherever there can be one. */
  @SuppressWarnings("unchecked") // A builder makes the type that made the builder.
  private static <T extends Message> T full(T type, String text) {
    return (T) fill(type.newBuilderForType(), text, 0);
  }

  private static Message fill(Message.Builder builder, String text, int depth) {
    for (var field : builder.getDescriptorForType().getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.STRING) {
        put(builder, field, text);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && depth < 5) {
        put(builder, field, fill(builder.newBuilderForField(field), text, depth + 1));
      }
    }
    return builder.build();
  }

  private static void put(Message.Builder builder, FieldDescriptor field, Object value) {
    if (field.isRepeated()) {
      builder.addRepeatedField(field, value);
    } else {
      builder.setField(field, value);
    }
  }
}
