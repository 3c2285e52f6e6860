package dev.regrow.schema;

/** Writes JSON, on one line or indented by two. */
final class JsonSink implements Sink {
  private final StringBuilder out = new StringBuilder(1024);
  private final boolean pretty;
  private int depth;
  private boolean first = true;
  private boolean afterKey;

  JsonSink(boolean pretty) {
    this.pretty = pretty;
  }

  @Override
  public void beginObject(boolean empty) {
    begin('{');
  }

  @Override
  public void endObject() {
    end('}');
  }

  @Override
  public void beginList(boolean empty) {
    begin('[');
  }

  @Override
  public void endList() {
    end(']');
  }

  @Override
  public void key(String name) {
    separate();
    quote(name, out);
    out.append(pretty ? ": " : ":");
    afterKey = true;
  }

  @Override
  public void text(String value) {
    separate();
    quote(value, out);
  }

  @Override
  public void literal(String value) {
    separate();
    out.append(value);
  }

  @Override
  public String result() {
    return out.toString();
  }

  private void begin(char bracket) {
    separate();
    out.append(bracket);
    depth++;
    first = true;
  }

  private void end(char bracket) {
    depth--;
    if (!first) {
      newLine();
    }
    out.append(bracket);
    first = false;
  }

  private void separate() {
    if (afterKey) {
      afterKey = false;
      return;
    }
    if (!first) {
      out.append(',');
    }
    if (depth > 0) {
      newLine();
    }
    first = false;
  }

  private void newLine() {
    if (pretty) {
      out.append('\n').append("  ".repeat(depth));
    }
  }

  static void quote(String text, StringBuilder out) {
    out.append('"');
    int plain = plainUpTo(text);
    if (plain == text.length()) {
      out.append(text).append('"'); // Copied in one piece.
      return;
    }
    out.append(text, 0, plain);
    for (int i = plain; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (!isPlain(c)) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** How many characters at its beginning stand for themselves. */
  private static int plainUpTo(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (!isPlain(c) || c == '"' || c == '\\') {
        return i;
      }
    }
    return length;
  }

  /** Not what a terminal obeys or hides: who asks for JSON may be a person. */
  private static boolean isPlain(char c) {
    return c >= 0x20 && (c < 0x7f || Character.isSurrogate(c) || !Visible.hides(c));
  }
}
