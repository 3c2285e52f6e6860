package dev.regrow.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PlainJsonTest {

  @Test
  void what_programs_write_is_read_as_the_other_reader_reads_it() throws Exception {
    var text =
        """
        {"kind": "Config", "n": -12, "yes": true, "no": false, "nothing": null,
          "list": [1, "two", {}, []], "data": {"a": "b"}}
        """;

    var tree = PlainJson.read(text.getBytes(StandardCharsets.UTF_8));

    assertThat(tree).isNotNull().isEqualTo(JsonTree.read(text));
  }

  @Test
  void what_is_not_plain_is_left_to_the_other_reader() {
    for (var text :
        new String[] {
          "",
          " ",
          "{",
          "{}}",
          "{\"a\":1,}",
          "[1,]",
          "{\"a\":1 \"b\":2}",
          "{\"a\":1,\"a\":2}",
          "\"\\n\"",
          "\"ä\"",
          "01",
          "1.5",
          "1e3",
          "tru",
          "truex",
          "\"",
          "{\"a\"}",
          "{a:1}",
          "[,1]"
        }) {
      assertThat(PlainJson.read(text.getBytes(StandardCharsets.UTF_8))).as(text).isNull();
    }
  }

  @Property(tries = 2000)
  void it_never_reads_what_the_other_reader_refuses_or_reads_otherwise(@ForAll long seed)
      throws Exception {
    var random = new Random(seed);
    var text = new StringBuilder();
    write(text, random, 0);
    for (int flaws = random.nextInt(3); flaws > 0; flaws--) {
      text.setCharAt(
          random.nextInt(text.length()), "{}[]\",:0a1-. \n\tä\\".charAt(random.nextInt(17)));
    }

    var plain = PlainJson.read(text.toString().getBytes(StandardCharsets.UTF_8));

    if (plain != null) {
      assertThat(plain).as("%s", text).isEqualTo(JsonTree.read(text.toString()));
    }
  }

  private static void write(StringBuilder text, Random random, int depth) {
    text.append(" \n".repeat(random.nextInt(2)));
    switch (depth > 3 ? 2 + random.nextInt(3) : random.nextInt(5)) {
      case 0 -> {
        text.append('{');
        int count = random.nextInt(12);
        for (int i = 0; i < count; i++) {
          text.append(i == 0 ? "" : ",").append("\"k").append(i).append("\" :");
          write(text, random, depth + 1);
        }
        text.append('}');
      }
      case 1 -> {
        text.append('[');
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
          text.append(i == 0 ? "" : ", ");
          write(text, random, depth + 1);
        }
        text.append(']');
      }
      case 2 -> text.append(random.nextInt());
      case 3 -> text.append('"').append("x".repeat(random.nextInt(20))).append('"');
      default -> text.append(new String[] {"true", "false", "null"}[random.nextInt(3)]);
    }
  }
}
