package dev.regrow.gateway.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a request is about: RFC 9112, 3.2. Pure.
 *
 * @param path as it came
 * @param segments of the path, decoded; empty ones are left out
 * @param query what stands behind the question mark, decoded, in order
 */
public record Target(String path, List<String> segments, List<Parameter> query) {

  /** One of {@code name=value}; the value is "" where there is none. */
  public record Parameter(String name, String value) {}

  private static final String NOT_IN_PATHS = "\"<>\\^`{|}#";

  public Target {
    segments = List.copyOf(segments);
    query = List.copyOf(query);
  }

  /**
   * @throws Unreadable 400 if it is no origin or absolute form
   */
  static Target of(String text) {
    int from = origin(text);
    int question = text.indexOf('?', from);
    int end = question < 0 ? text.length() : question;
    requireText(text, from, end, NOT_IN_PATHS);
    var path = from == end ? "/" : text.substring(from, end);
    return new Target(
        path, segments(text, from, end), question < 0 ? List.of() : query(text, question + 1));
  }

  /** Where the path begins. */
  private static int origin(String text) {
    if (text.startsWith("/")) {
      return 0;
    }
    int scheme = text.indexOf("://");
    if (text.regionMatches(true, 0, "http", 0, 4) && (scheme == 4 || scheme == 5)) {
      int end = scheme + 3;
      while (end < text.length() && text.charAt(end) != '/' && text.charAt(end) != '?') {
        end++;
      }
      return end;
    }
    throw malformed("\"%s\" is neither a path nor a URL".formatted(shortened(text)));
  }

  private static void requireText(String text, int from, int end, String refused) {
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      if (c <= 0x20 || c >= 0x7f || refused.indexOf(c) >= 0) {
        throw malformed(
            "the character U+%04X in the request's URI must be sent as %%XX".formatted((int) c));
      }
    }
  }

  private static List<String> segments(String text, int from, int end) {
    var segments = new ArrayList<String>(6);
    int start = from;
    while (start < end) {
      int slash = text.indexOf('/', start);
      int stop = slash < 0 || slash > end ? end : slash;
      if (stop > start) {
        segments.add(decoded(text, start, stop, false));
      }
      start = stop + 1;
    }
    return segments;
  }

  private static List<Parameter> query(String text, int from) {
    requireText(text, from, text.length(), "#");
    var query = new ArrayList<Parameter>();
    int start = from;
    while (start <= text.length()) {
      int ampersand = text.indexOf('&', start);
      int stop = ampersand < 0 ? text.length() : ampersand;
      if (stop > start) {
        int equals = text.indexOf('=', start);
        int nameEnd = equals < 0 || equals > stop ? stop : equals;
        query.add(
            new Parameter(
                decoded(text, start, nameEnd, true),
                nameEnd == stop ? "" : decoded(text, nameEnd + 1, stop, true)));
      }
      start = stop + 1;
    }
    return query;
  }

  private static String decoded(String text, int from, int end, boolean plusIsSpace) {
    int i = from;
    while (i < end && text.charAt(i) != '%' && (!plusIsSpace || text.charAt(i) != '+')) {
      i++;
    }
    if (i == end) {
      return text.substring(from, end);
    }
    var bytes = new ByteArrayOutputStream(end - from);
    for (i = from; i < end; i++) {
      char c = text.charAt(i);
      if (c == '%') {
        bytes.write(escaped(text, i, end));
        i += 2;
      } else {
        bytes.write(plusIsSpace && c == '+' ? ' ' : c);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw malformed("what the request's URI writes as %XX is no UTF-8");
    }
  }

  private static int escaped(String text, int at, int end) {
    int high = at + 2 <= end - 1 ? Character.digit(text.charAt(at + 1), 16) : -1;
    int low = at + 2 <= end - 1 ? Character.digit(text.charAt(at + 2), 16) : -1;
    if (high < 0 || low < 0) {
      throw malformed("a % in the request's URI is not followed by two hexadecimal digits");
    }
    return high << 4 | low;
  }

  private static Unreadable malformed(String detail) {
    return new Unreadable(400, detail);
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
