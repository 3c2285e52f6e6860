package dev.regrow.schema;

/**
 * Foreign text as people may see it: characters that a terminal obeys, that turn the direction of a
 * line, or that nobody sees, are written out as JSON escapes them.
 */
public final class Visible {

  private Visible() {}

  /** On one line, whatever it holds. */
  public static String line(String text) {
    return visible(text, "");
  }

  /** The same, but lines and tabs stay. */
  public static String lines(String text) {
    return visible(text, "\n\t");
  }

  private static String visible(String text, String kept) {
    int plain = 0;
    while (plain < text.length() && shows(text.charAt(plain))) {
      plain++;
    }
    if (plain == text.length()) {
      return text;
    }
    var out = new StringBuilder(text.length() + 16).append(text, 0, plain);
    int next;
    for (int i = plain; i < text.length(); i = next) {
      int code = text.codePointAt(i);
      next = i + Character.charCount(code);
      if (hides(code) && kept.indexOf(code) < 0) {
        text.substring(i, next).chars().forEach(each -> write((char) each, out));
      } else {
        out.appendCodePoint(code);
      }
    }
    return out.toString();
  }

  private static boolean shows(char c) {
    return c >= ' ' && (c < 0x7f || !hides(c));
  }

  /** Controls, formats such as overrides of direction, ends of lines, halves of characters. */
  static boolean hides(int code) {
    return switch (Character.getType(code)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static void write(char c, StringBuilder out) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> out.append(String.format("\\u%04x", (int) c));
    }
  }
}
