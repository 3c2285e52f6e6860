package dev.regrow.gateway.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The preconditions of a change, RFC 9110, 13.1; tags are {@code "INDEX"}. */
sealed interface EntityTags {

  /** No precondition. */
  record None() implements EntityTags {}

  /** If-Match: *. */
  record Exists() implements EntityTags {}

  /** If-None-Match: *. */
  record Absent() implements EntityTags {}

  /** If-Match with tags; weak ones and those that are no index match nothing, so they are gone. */
  record OneOf(List<Long> indexes) implements EntityTags {
    public OneOf {
      indexes = List.copyOf(indexes);
    }
  }

  /** The tag of an index. */
  static String tag(long index) {
    return "\"" + index + "\"";
  }

  /** What the headers ask for; malformed ones are refused with 400. */
  static EntityTags of(@Nullable String ifMatch, @Nullable String ifNoneMatch) {
    if (ifMatch != null && ifNoneMatch != null) {
      throw HttpProblem.malformed("If-Match and If-None-Match exclude each other; send one");
    }
    if (ifNoneMatch != null) {
      if (!ifNoneMatch.trim().equals("*")) {
        throw HttpProblem.malformed(
            "If-None-Match of a change can only be *, which means: it must not exist yet");
      }
      return new Absent();
    }
    if (ifMatch == null) {
      return new None();
    }
    return ifMatch.trim().equals("*") ? new Exists() : new OneOf(indexes(ifMatch));
  }

  private static List<Long> indexes(String ifMatch) {
    var indexes = new ArrayList<Long>();
    for (var part : ifMatch.split(",", -1)) {
      var matcher = Tag.PATTERN.matcher(part.trim());
      if (!matcher.matches()) {
        throw HttpProblem.malformed(
            "If-Match: %s is no entity tag; send it as it came, as \"42\" with its quotes"
                .formatted(ifMatch));
      }
      if (matcher.group(1) == null) {
        index(matcher.group(2)).ifPresent(indexes::add);
      }
    }
    return indexes;
  }

  private static Optional<Long> index(String text) {
    return text.matches("0|[1-9]\\d{0,17}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }

  /** One tag: weak or not, then what is between the quotes. */
  final class Tag {
    private static final Pattern PATTERN = Pattern.compile("(W/)?\"([\\x21\\x23-\\x7e]*)\"");

    private Tag() {}
  }
}
