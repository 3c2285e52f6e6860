package dev.regrow.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Texts as parts of a URI. */
final class Uris {
  private Uris() {}

  static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Appends a query parameter. */
  static String with(String target, String name, String value) {
    return target + (target.contains("?") ? '&' : '?') + name + '=' + segment(value);
  }
}
