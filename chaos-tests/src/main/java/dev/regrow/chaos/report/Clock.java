package dev.regrow.chaos.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Times as people read them, and where an axis marks them. */
final class Clock {

  private static final long[] STEPS_SECONDS = {
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200
  };
  private static final int MARKS_MAX = 8;

  private Clock() {}

  /** 640 ms, 4.2 s, 1 min 5 s. */
  static String span(double millis) {
    if (millis < 10 && millis != Math.rint(millis)) {
      return String.format(Locale.ROOT, "%.1f ms", millis);
    }
    if (millis < 1000) {
      return Math.round(millis) + " ms";
    }
    if (millis < 59_950) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000);
    }
    long seconds = Math.round(millis / 1000);
    return seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
  }

  static String span(long millis) {
    return span((double) millis);
  }

  /** A moment of the run: 0:07, 2:30. */
  static String moment(long millis) {
    long seconds = millis / 1000;
    return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
  }

  /** A moment to the tenth of a second. */
  static String exactly(long millis) {
    return moment(millis) + "." + millis % 1000 / 100;
  }

  /** Where an axis of that length is marked, in milliseconds. */
  static List<Long> marks(long durationMillis) {
    long step = STEPS_SECONDS[STEPS_SECONDS.length - 1] * 1000;
    for (long seconds : STEPS_SECONDS) {
      if (durationMillis / (seconds * 1000) < MARKS_MAX) {
        step = seconds * 1000;
        break;
      }
    }
    var marks = new ArrayList<Long>();
    for (long at = 0; at <= durationMillis; at += step) {
      marks.add(at);
    }
    return marks;
  }
}
