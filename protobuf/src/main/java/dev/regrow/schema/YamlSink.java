package dev.regrow.schema;

import dev.regrow.schema.Tree.ScalarType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/** Writes block style YAML that every YAML 1.1 or 1.2 reader takes for the same values. */
final class YamlSink implements Sink {
  /** Text that needs no quotes, if it is not also a word below or a number. */
  private static final Pattern PLAIN =
      Pattern.compile(
          "[A-Za-z/][A-Za-z0-9_./-]*(:/[A-Za-z0-9_./-]*)?"
              + "|[0-9]+([KMGTPE]i|[kMGT])"
              + "|([0-9]+(ms|[dhms]))+");

  /** Truth and nothing in YAML 1.1, which many readers still speak. */
  private static final Pattern WORD = Pattern.compile("(?i)y|n|yes|no|on|off|true|false|null");

  private final StringBuilder out = new StringBuilder(1024);
  private final Deque<Frame> frames = new ArrayDeque<>();

  private static final class Frame {
    final boolean list;
    final int indent;
    boolean continuesLine;

    Frame(boolean list, int indent, boolean continuesLine) {
      this.list = list;
      this.indent = indent;
      this.continuesLine = continuesLine;
    }
  }

  @Override
  public void beginObject(boolean empty) {
    begin(empty, false, "{}");
  }

  @Override
  public void beginList(boolean empty) {
    begin(empty, true, "[]");
  }

  private void begin(boolean empty, boolean list, String whenEmpty) {
    Frame parent = frames.peek();
    if (empty) {
      literal(whenEmpty);
      frames.push(new Frame(list, 0, false));
    } else if (parent == null) {
      frames.push(new Frame(list, 0, false));
    } else if (parent.list) {
      out.append(" ".repeat(parent.indent)).append("- ");
      frames.push(new Frame(list, parent.indent + 2, true));
    } else {
      out.append('\n');
      frames.push(new Frame(list, parent.indent + 2, false));
    }
  }

  @Override
  public void endObject() {
    frames.pop();
  }

  @Override
  public void endList() {
    frames.pop();
  }

  @Override
  public void key(String name) {
    Frame frame = frames.element();
    if (frame.continuesLine) {
      frame.continuesLine = false;
    } else {
      out.append(" ".repeat(frame.indent));
    }
    out.append(scalar(name)).append(':');
  }

  @Override
  public void text(String value) {
    literal(scalar(value));
  }

  @Override
  public void literal(String value) {
    Frame frame = frames.peek();
    if (frame != null) {
      out.append(frame.list ? " ".repeat(frame.indent) + "- " : " ");
    }
    out.append(value).append('\n');
  }

  @Override
  public String result() {
    return out.toString();
  }

  private static String scalar(String text) {
    boolean plain =
        PLAIN.matcher(text).matches()
            && !WORD.matcher(text).matches()
            && YamlTree.typeOf(text) == ScalarType.TEXT;
    return plain ? text : quoted(text);
  }

  private static String quoted(String text) {
    var json = new StringBuilder();
    JsonSink.quote(text, json);
    var safe = new StringBuilder();
    json.chars()
        .forEach(
            c -> {
              if (isPrintable(c)) {
                safe.append((char) c);
              } else {
                safe.append(String.format("\\u%04x", c));
              }
            });
    return safe.toString();
  }

  /** YAML 1.2, 5.1; halves of surrogate pairs pass because together they are printable. */
  private static boolean isPrintable(int c) {
    return (c >= 0x20 && c < 0x7F)
        || (c >= 0xA0 && c <= 0xFFFD && c != 0x2028 && c != 0x2029 && c != 0xFEFF);
  }
}
