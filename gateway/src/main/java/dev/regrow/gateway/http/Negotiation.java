package dev.regrow.gateway.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which format an answer gets, and which a body has: RFC 9110, 12.5.1 and 8.3. */
final class Negotiation {

  private static final Map<String, Format> BODIES =
      Format.OBJECTS.stream()
          .flatMap(
              format -> format.mediaTypes().stream().map(mediaType -> Map.entry(mediaType, format)))
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private Negotiation() {}

  /**
   * The offered format that the client likes best; of equals, the one offered first.
   *
   * @param accept the Accept header; null or blank: anything
   * @return empty when nothing offered is acceptable: 406
   */
  static Optional<Format> choose(@Nullable String accept, List<Format> offered) {
    if (accept == null || accept.equals("*/*") || accept.isBlank()) {
      return Optional.of(offered.get(0));
    }
    var ranges = ranges(accept);
    Format best = null;
    double bestQuality = 0;
    for (var format : offered) {
      double quality = qualityOf(format, ranges);
      if (quality > bestQuality) {
        best = format;
        bestQuality = quality;
      }
    }
    return Optional.ofNullable(best);
  }

  /**
   * The format of a body.
   *
   * @param contentType as sent, with parameters
   * @return empty when it is none that objects can be read from: 415
   */
  static Optional<Format> ofBody(String contentType) {
    return Optional.ofNullable(BODIES.get(withoutParameters(contentType)));
  }

  /** Other names of a format count only where its usual one is not spoken of. */
  private static double qualityOf(Format format, List<Range> ranges) {
    return qualityOf(format.mediaType(), ranges)
        .orElseGet(
            () ->
                format.mediaTypes().stream()
                    .flatMap(type -> qualityOf(type, ranges).stream())
                    .max(Comparator.naturalOrder())
                    .orElse(0.0));
  }

  /** Ranges are sorted, the most specific first: that one decides about a media type. */
  private static Optional<Double> qualityOf(String mediaType, List<Range> ranges) {
    return ranges.stream()
        .filter(range -> range.matches(mediaType))
        .findFirst()
        .map(Range::quality);
  }

  private static List<Range> ranges(String accept) {
    var ranges = new ArrayList<Range>();
    for (var part : accept.split(",", -1)) {
      var type = withoutParameters(part);
      if (!type.isEmpty()) {
        ranges.add(new Range(type, quality(part)));
      }
    }
    ranges.sort(Comparator.comparingInt(Range::specificity).reversed());
    return ranges;
  }

  private static double quality(String part) {
    for (var parameter : part.split(";", -1)) {
      var trimmed = parameter.trim().toLowerCase(Locale.ROOT);
      if (trimmed.startsWith("q=")) {
        try {
          return Math.min(1, Math.max(0, Double.parseDouble(trimmed.substring(2))));
        } catch (NumberFormatException e) {
          return 0; // What cannot be read is not wanted.
        }
      }
    }
    return 1;
  }

  private static String withoutParameters(String text) {
    int semicolon = text.indexOf(';');
    return (semicolon < 0 ? text : text.substring(0, semicolon)).trim().toLowerCase(Locale.ROOT);
  }

  private record Range(String type, double quality) {
    boolean matches(String mediaType) {
      if (type.equals("*/*") || type.equals("*")) {
        return true;
      }
      return type.endsWith("/*")
          ? mediaType.startsWith(type.substring(0, type.length() - 1))
          : type.equals(mediaType);
    }

    int specificity() {
      return type.equals("*/*") || type.equals("*") ? 0 : type.endsWith("/*") ? 1 : 2;
    }
  }
}
