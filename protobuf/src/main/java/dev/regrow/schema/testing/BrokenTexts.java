package dev.regrow.schema.testing;

import dev.regrow.schema.PlainData;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import dev.regrow.schema.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Bodies that are not JSON or YAML at all, or more of it than is read. */
final class BrokenTexts {
  private static final int TRUNCATIONS = 40;

  private final List<BadBody> bodies = new ArrayList<>();

  private BrokenTexts() {}

  static List<BadBody> all(long seed) {
    var made = new BrokenTexts();
    made.both();
    made.json();
    made.yaml();
    made.bytes();
    made.truncated(seed);
    return made.bodies;
  }

  private void both() {
    for (Syntax syntax : Syntax.values()) {
      malformed("nothing", syntax, "");
      malformed("blanks", syntax, " \n\t\n ");
      malformed("byte order mark", syntax, "\uFEFF{}");
      malformed("NUL", syntax, "{\"name\": \"a\0b\"}");
      malformed("deep lists", syntax, "[".repeat(100));
      malformed("very deep lists", syntax, "[".repeat(100_000));
      malformed("deep objects", syntax, "{\"a\":".repeat(100) + "1" + "}".repeat(100));
      malformed("very deep objects", syntax, "{\"a\":".repeat(100_000));
      malformed("unclosed text", syntax, "{\"name\": \"web");
      malformed("stray bracket", syntax, "{\"name\": \"web\"]}");
      bodies.add(
          BadBody.of(
              "duplicate",
              syntax,
              "{\"name\": \"a\", \"name\": \"b\"}",
              Verdict.MALFORMED,
              "name"));
      bodies.add(
          BadBody.of(
              "duplicate inside",
              syntax,
              "{\"instance\": {\"stop\": {\"grace\": \"1s\", \"grace\": \"2s\"}}}",
              Verdict.MALFORMED,
              "instance.stop.grace"));
      invalid("a list", syntax, "[]");
      invalid("a text", syntax, "\"web\"");
      invalid("a number", syntax, "17");
      bodies.add(
          BadBody.of(
              "many blanks", syntax, " ".repeat(Schema.MAX_BYTES + 1), Verdict.TOO_LARGE, ""));
    }
  }

  private void json() {
    for (String text :
        List.of(
            "{",
            "}",
            "{]",
            "{\"a\" 1}",
            "{\"a\":}",
            "{a: 1}",
            "{'a': 1}",
            "{\"a\": 1,}",
            "[1,]",
            "{\"a\": NaN}",
            "{\"a\": Infinity}",
            "{\"a\": -}",
            "{\"a\": 01}",
            "{\"a\": +1}",
            "{\"a\": .5}",
            "{\"a\": 0x1}",
            "{\"a\": tru}",
            "{\"a\": \"\\x\"}",
            "{\"a\": \"\\u12\"}",
            "{\"a\": \"line\nfeed\"}",
            "{} {}",
            "{}x",
            "// comment\n{}",
            "{/**/}",
            "{\"a\": 1" + "0".repeat(200) + "}",
            "kind: Service")) {
      malformed(text.substring(0, Math.min(20, text.length())), Syntax.JSON, text);
    }
    bodies.add(
        BadBody.of(
            "half a surrogate pair",
            Syntax.JSON,
            "{\"name\": \"\\ud800\"}",
            Verdict.INVALID,
            "name"));
    bodies.add(
        BadBody.of(
            "escaped NUL", Syntax.JSON, "{\"name\": \"a\\u0000\"}", Verdict.INVALID, "name"));
    invalid("null", Syntax.JSON, "null");
  }

  private void yaml() {
    for (String text :
        List.of(
            "kind: [",
            "a: b: c",
            "\tkind: Service",
            "- a\nb: c",
            "a: 'b",
            "a: \"\\x\"",
            "%YAML 3",
            "a: @b",
            "a: `b`",
            "!!set {a}",
            "? [a]\n: b",
            "{a: 1",
            "a: |1x\n b",
            "a:\n b: 1\n  c: 2",
            "kind: Service\n---\nkind: Service",
            "# nothing",
            "---\n---\n...",
            "a: \u0001")) {
      malformed(text.substring(0, Math.min(20, text.length())), Syntax.YAML, text);
    }
    unread("b", "a: &x 1\nb: *x");
    unread("a", "a: *unknown");
    unread("a[0]", "a: &a [*a]");
    unread("m[0]", "l: &l [x]\nm: &m [*l, *l]\nn: [*m, *m]");
    unread("a", "a: !!binary aGk=");
    unread("a", "a: !java/object {}");
    unread("a", "a: !!javax.script.ScriptEngineManager [x]");
    invalid("only text", Syntax.YAML, "just words");
  }

  private void bytes() {
    for (Syntax syntax : Syntax.values()) {
      bytes("not UTF-8", syntax, new byte[] {'{', '"', (byte) 0xFF, '"', ':', '1', '}'});
      bytes("overlong", syntax, new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'});
      bytes("cut character", syntax, new byte[] {'"', 'a', '"', (byte) 0xE2, (byte) 0x82});
      bytes("UTF-16", syntax, "{\"name\": \"web\"}".getBytes(StandardCharsets.UTF_16LE));
      bytes(
          "encoded surrogate",
          syntax,
          new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'});
    }
  }

  /** A valid JSON text cut anywhere is broken; as YAML it is too, because it is in flow style. */
  private void truncated(long seed) {
    String whole = PlainData.toJson(Manifest.full());
    var random = new Random(seed);
    for (int i = 0; i < TRUNCATIONS; i++) {
      int end = 1 + random.nextInt(whole.length() - 1);
      for (Syntax syntax : Syntax.values()) {
        malformed("cut after " + end, syntax, whole.substring(0, end));
      }
    }
  }

  private void malformed(String name, Syntax syntax, String text) {
    bodies.add(BadBody.of(name, syntax, text, Verdict.MALFORMED, ""));
  }

  private void unread(String field, String text) {
    bodies.add(BadBody.of(text.replace('\n', ' '), Syntax.YAML, text, Verdict.MALFORMED, field));
  }

  private void invalid(String name, Syntax syntax, String text) {
    bodies.add(BadBody.of(name, syntax, text, Verdict.INVALID, ""));
  }

  private void bytes(String name, Syntax syntax, byte[] body) {
    bodies.add(new BadBody(name, syntax, body, Verdict.MALFORMED, ""));
  }
}
