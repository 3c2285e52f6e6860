package dev.regrow.gateway.http;

import dev.regrow.actors.control.ReadPoint;
import dev.regrow.gateway.server.Target.Parameter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What stands behind the question mark, in order. Each reader refuses what it cannot read: 400. */
record Parameters(List<Parameter> pairs) {

  private static final int LIMIT_MAX = 1000;
  private static final Pattern SPAN = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
  private static final Map<String, Long> UNIT_MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  Parameters {
    pairs = List.copyOf(pairs);
  }

  /** Refuses names that mean nothing here, so that no typo of dryRun ever applies. */
  void allow(Set<String> known) {
    for (var pair : pairs) {
      if (!known.contains(pair.name()) && !pair.name().equals("consistent")) {
        var names = new TreeSet<>(known);
        names.add("consistent");
        throw HttpProblem.malformed(
            "the parameter \"%s\" is unknown here; there are: %s"
                .formatted(pair.name(), String.join(", ", names)));
      }
    }
  }

  Optional<String> text(String name) {
    var values = pairs.stream().filter(pair -> pair.name().equals(name)).toList();
    if (values.size() > 1) {
      throw HttpProblem.malformed("the parameter \"" + name + "\" is given twice; give it once");
    }
    return values.stream().map(Parameter::value).findFirst();
  }

  /** All values of that name, in order. */
  List<String> texts(String name) {
    return pairs.stream().filter(pair -> pair.name().equals(name)).map(Parameter::value).toList();
  }

  /** True for {@code ?name}, {@code ?name=true} and {@code =1}. */
  boolean flag(String name) {
    return text(name)
        .map(
            value ->
                switch (value) {
                  case "", "true", "1" -> true;
                  case "false", "0" -> false;
                  default ->
                      throw HttpProblem.malformed(
                          "%s=%s is neither true nor false".formatted(name, value));
                })
        .orElse(false);
  }

  Optional<Long> number(String name, long min) {
    return text(name)
        .map(
            value -> {
              try {
                long number = Long.parseLong(value);
                if (number >= min && !value.startsWith("+")) {
                  return number;
                }
              } catch (NumberFormatException e) {
                // Refused below, like a number that is too small.
              }
              throw HttpProblem.malformed(
                  "%s=%s is not a whole number of %d or more".formatted(name, value, min));
            });
  }

  /** 1..1000; larger is capped. */
  int limit() {
    return Math.toIntExact(Math.min(LIMIT_MAX, number("limit", 1).orElse((long) LIMIT_MAX)));
  }

  Map<String, String> labels() {
    var labels = new LinkedHashMap<String, String>();
    for (var pair : pairs) {
      if (pair.name().equals("label")) {
        int equals = pair.value().indexOf('=');
        if (equals < 1) {
          throw HttpProblem.malformed("label=%s is not KEY=VALUE".formatted(pair.value()));
        }
        var key = pair.value().substring(0, equals);
        var value = pair.value().substring(equals + 1);
        var before = labels.put(key, value);
        if (before != null && !before.equals(value)) {
          throw HttpProblem.malformed(
              "label %s is wanted to be both %s and %s".formatted(key, before, value));
        }
      }
    }
    return labels;
  }

  /** A point in time: RFC 3339, or how long before {@code now}, as 10m or 1h30m. */
  Optional<Instant> since(Instant now) {
    return text("since").map(value -> isSpan(value) ? now.minus(span(value)) : instant(value));
  }

  ReadPoint readPoint(long minIndex) {
    return new ReadPoint(flag("consistent"), minIndex);
  }

  private static boolean isSpan(String text) {
    return text.matches("(\\d{1,12}(ms|s|m|h|d))+") && text.length() < 64;
  }

  private static Duration span(String text) {
    var matcher = SPAN.matcher(text);
    long millis = 0;
    try {
      while (matcher.find()) {
        millis =
            Math.addExact(
                millis,
                Math.multiplyExact(
                    Long.parseLong(matcher.group(1)),
                    UNIT_MILLIS.getOrDefault(matcher.group(2), 1L)));
      }
    } catch (ArithmeticException e) {
      throw HttpProblem.malformed("since=" + text + " is before time began");
    }
    return Duration.ofMillis(millis);
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw HttpProblem.malformed(
          "since=%s is neither a duration as 10m nor a time as 2026-01-31T12:00:00Z"
              .formatted(text));
    }
  }
}
