package dev.regrow.cli.view;

import dev.regrow.v1.Attempt;
import dev.regrow.v1.Instance;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** One attempt in one line. */
public final class AttemptWords {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

  private AttemptWords() {}

  public static String of(Instance instance, Attempt attempt) {
    var words =
        new StringBuilder("%s, attempt %d".formatted(instance.getId(), attempt.getAttempt()));
    if (attempt.getStartedAt() > 0) {
      words.append(", started ").append(time(attempt.getStartedAt()));
    }
    if (!attempt.hasEnd()) {
      boolean current = attempt.getAttempt() == instance.getAttempt() && instance.getPid() > 0;
      return words.append(current ? ", runs" : ", its end is not known").toString();
    }
    var end = attempt.getEnd();
    return words
        .append(", ended ")
        .append(time(end.getFinishedAt()))
        .append(": ")
        .append(Tables.end(end))
        .toString();
  }

  private static String time(long millis) {
    return TIME.format(Instant.ofEpochMilli(millis));
  }
}
