package dev.regrow.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and ages as people write and read them: 250ms, 10s, 1m30s, 2h, 3d. */
public final class Durations {
  private static final Pattern WRITTEN =
      Pattern.compile("(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m(?!s))?(?:(\\d+)s)?(?:(\\d+)ms)?");
  private static final long[] MILLIS = {86_400_000, 3_600_000, 60_000, 1000, 1};

  private Durations() {}

  /**
   * Reads a duration of at most ten years.
   *
   * @throws IllegalArgumentException saying what to write
   */
  public static Duration parse(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a duration; write it as 500ms, 30s, 2m or 1h30m");
    }
    long millis = 0;
    for (int i = 0; i < MILLIS.length; i++) {
      var part = matcher.group(i + 1);
      if (part != null) {
        if (part.length() > 9) {
          throw new IllegalArgumentException("\"" + text + "\" is too long a duration");
        }
        millis += Long.parseLong(part) * MILLIS[i];
      }
    }
    return Duration.ofMillis(millis);
  }

  /** One or two units: 45s, 3m12s, 5h, 2d4h. */
  public static String age(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 600) {
      return seconds / 60 + "m" + (seconds % 60 == 0 ? "" : seconds % 60 + "s");
    }
    if (seconds < 2 * 3600) {
      return seconds / 60 + "m";
    }
    long hours = seconds / 3600;
    if (hours < 48) {
      long minutes = seconds % 3600 / 60;
      return hours + "h" + (hours < 8 && minutes > 0 ? minutes + "m" : "");
    }
    return hours / 24 + "d" + (hours < 8 * 24 && hours % 24 > 0 ? hours % 24 + "h" : "");
  }
}
