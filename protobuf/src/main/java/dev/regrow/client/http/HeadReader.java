package dev.regrow.client.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Reads the status line and headers of an answer, within bounds. */
final class HeadReader {
  private static final int LINE_BYTES_MAX = 16 * 1024;
  private static final int HEADERS_MAX = 100;

  private HeadReader() {}

  /** One line without its end. */
  static String line(InputStream in) throws IOException {
    var bytes = new byte[128];
    int length = 0;
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b == -1) {
        throw new EOFException("the connection broke off");
      }
      if (length == LINE_BYTES_MAX) {
        throw new IOException("the answer is not HTTP: a line of over " + length + " bytes");
      }
      if (length == bytes.length) {
        bytes = java.util.Arrays.copyOf(bytes, length * 2);
      }
      bytes[length++] = (byte) b;
    }
    if (length > 0 && bytes[length - 1] == '\r') {
      length--;
    }
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  /** The status of {@code HTTP/1.1 200 OK}. */
  static int status(String line) throws IOException {
    if (line.startsWith("HTTP/1.") && line.length() >= 12 && line.charAt(8) == ' ') {
      try {
        return Integer.parseInt(line, 9, 12, 10);
      } catch (NumberFormatException e) {
        throw new IOException("the answer is not HTTP: \"" + line + "\"", e);
      }
    }
    throw new IOException("the answer is not HTTP, but begins with \"" + line + "\"");
  }

  /** Names in lower case. */
  static Map<String, String> headers(InputStream in) throws IOException {
    var headers = new HashMap<String, String>();
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon <= 0 || headers.size() == HEADERS_MAX) {
        throw new IOException("the answer is not HTTP: the header \"" + line + "\"");
      }
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return headers;
  }
}
