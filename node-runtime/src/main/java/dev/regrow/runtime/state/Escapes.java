package dev.regrow.runtime.state;

import dev.regrow.runtime.state.KeyValues.Malformed;

/**
 * Keeps any text on one line of {@code key=value}: what would end line or key becomes {@code
 * %hex;}.
 */
final class Escapes {

  private Escapes() {}

  static String escape(String text) {
    var escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each < ' ' || each == '%' || each == '=' || each >= 0x7f) {
        escaped.append('%').append(Integer.toHexString(each)).append(';');
      } else {
        escaped.append(each);
      }
    }
    return escaped.toString();
  }

  static String unescape(String text) {
    var plain = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) != '%') {
        plain.append(text.charAt(i));
        continue;
      }
      int end = text.indexOf(';', i);
      try {
        int code = Integer.parseInt(text.substring(i + 1, end), 16);
        plain.append((char) Math.min(Character.MAX_VALUE, Math.max(0, code)));
      } catch (IndexOutOfBoundsException | NumberFormatException e) {
        throw new Malformed("bad escape at " + i + " of '" + text + "'");
      }
      i = end;
    }
    return plain.toString();
  }
}
