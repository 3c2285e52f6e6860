package dev.regrow.chaos.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** Text with elements; whatever is put in between stands there as text. */
final class Markup {

  private final StringBuilder text = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Opens an element.
   *
   * @param attributes names and values in turn
   */
  Markup open(String element, Object... attributes) {
    begin(element, attributes);
    text.append('>');
    open.push(element);
    return this;
  }

  /** An element with nothing in it. */
  Markup empty(String element, Object... attributes) {
    begin(element, attributes);
    text.append("/>");
    return this;
  }

  /** An element with a text in it. */
  Markup element(String element, String words, Object... attributes) {
    return open(element, attributes).words(words).close();
  }

  private void begin(String element, Object... attributes) {
    text.append('<').append(element);
    for (int i = 0; i < attributes.length; i += 2) {
      text.append(' ').append(attributes[i]).append("=\"");
      text.append(escaped(attributes[i + 1].toString())).append('"');
    }
  }

  Markup words(String words) {
    text.append(escaped(words));
    return this;
  }

  /** Markup already. */
  Markup raw(String markup) {
    text.append(markup);
    return this;
  }

  Markup line() {
    text.append('\n');
    return this;
  }

  Markup close() {
    text.append("</").append(open.pop()).append('>');
    return this;
  }

  String text() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return text.toString();
  }

  /** Also without the characters that XML cannot hold. */
  static String escaped(String words) {
    var escaped = new StringBuilder(words.length() + 16);
    words
        .codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\n' -> escaped.append("&#10;");
                default -> escaped.appendCodePoint(isCharacter(c) ? c : 0xFFFD);
              }
            });
    return escaped.toString();
  }

  private static boolean isCharacter(int c) {
    return c == '\t'
        || c == '\r'
        || (c >= 0x20 && c < 0xD800)
        || (c >= 0xE000 && c < 0xFFFE)
        || c >= 0x10000;
  }

  /** A share of the width, as SVG and CSS write it. */
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.3f%%", 100 * share);
  }
}
