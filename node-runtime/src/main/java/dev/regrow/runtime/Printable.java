package dev.regrow.runtime;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a workload's owner or an image chose, such as a command, as a message may hold it: on one
 * line, and nothing in it that a terminal obeys or hides.
 */
public final class Printable {

  private static final Pattern NOT_SHOWN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

  private Printable() {}

  public static String of(String text) {
    return NOT_SHOWN
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(escaped(found.group())));
  }

  private static String escaped(String character) {
    var escaped = new StringBuilder();
    character.chars().forEach(each -> escaped.append("\\u%04x".formatted(each)));
    return escaped.toString();
  }
}
