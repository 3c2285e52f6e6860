package dev.regrow.runtime.image.source;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a registry wants to see (RFC 9110, WWW-Authenticate). Pure.
 *
 * @param scheme in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {

  private static final Pattern PARAMETER =
      Pattern.compile(
          "([A-Za-z_-]{1,64})=(?:\"((?:[^\"\\\\]|\\\\.){0,4096})\"|([^\\s,\"]{0,4096}))");

  static Challenge parse(String header) {
    var text = header.strip();
    int space = text.indexOf(' ');
    var scheme = space < 0 ? text : text.substring(0, space);
    var parameters = new TreeMap<String, String>();
    var matcher = PARAMETER.matcher(space < 0 ? "" : text.substring(space));
    while (matcher.find()) {
      var quoted = matcher.group(2);
      var value = quoted == null ? matcher.group(3) : quoted.replaceAll("\\\\(.)", "$1");
      parameters.putIfAbsent(matcher.group(1).toLowerCase(Locale.ROOT), value);
    }
    return new Challenge(scheme.toLowerCase(Locale.ROOT), parameters);
  }

  /** The one to go by: a token is better than a password. */
  static Optional<Challenge> choose(List<String> headers) {
    var all = headers.stream().map(Challenge::parse).toList();
    return all.stream()
        .filter(challenge -> challenge.scheme().equals("bearer"))
        .findFirst()
        .or(() -> all.stream().filter(one -> one.scheme().equals("basic")).findFirst());
  }

  String parameter(String name) {
    return parameters.getOrDefault(name, "");
  }
}
