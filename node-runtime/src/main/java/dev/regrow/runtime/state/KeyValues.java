package dev.regrow.runtime.state;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lines of {@code key=value}. What a reader does not ask for is left alone, so files may grow. */
final class KeyValues {

  private final Map<String, String> values;

  private KeyValues(Map<String, String> values) {
    this.values = values;
  }

  /** Lines without '=' are skipped; of a key given twice the last counts. */
  static KeyValues parse(String text) {
    var values = new LinkedHashMap<String, String>();
    text.lines()
        .forEach(
            line -> {
              int equals = line.indexOf('=');
              if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
              }
            });
    return new KeyValues(values);
  }

  Map<String, String> all() {
    return values;
  }

  @Nullable String get(String key) {
    return values.get(key);
  }

  /**
   * @throws Malformed if it is missing
   */
  String text(String key) {
    var value = values.get(key);
    if (value == null) {
      throw new Malformed(key + " is missing");
    }
    return value;
  }

  /**
   * @throws Malformed if it is missing or no number within the range
   */
  long number(String key, long min, long max) {
    return optionalNumber(key, min, max).orElseThrow(() -> new Malformed(key + " is missing"));
  }

  /**
   * @throws Malformed if it is there, but no number within the range
   */
  Optional<Long> optionalNumber(String key, long min, long max) {
    var value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    try {
      long number = Long.parseLong(value);
      if (number < min || number > max) {
        throw new Malformed("%s=%d is not within %d and %d".formatted(key, number, min, max));
      }
      return Optional.of(number);
    } catch (NumberFormatException e) {
      throw new Malformed(key + " is no number: '" + value + "'");
    }
  }

  /** The file is not what we or our shim wrote. */
  static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String problem;

    Malformed(String problem) {
      super(problem);
      this.problem = problem;
    }

    String problem() {
      return problem;
    }
  }
}
