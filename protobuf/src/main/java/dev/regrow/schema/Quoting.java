package dev.regrow.schema;

/** How foreign text appears in an error: short, on one line, and harmless to a terminal. */
final class Quoting {
  private static final int LONGEST = 60;

  private Quoting() {}

  static String quoted(String text) {
    var out = new StringBuilder("\"");
    int length = Math.min(text.length(), LONGEST);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        out.append("\\n");
      } else if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (Visible.hides(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append(text.length() > LONGEST ? "…\"" : "\"").toString();
  }
}
