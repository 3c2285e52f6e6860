package dev.regrow.runtime.logs;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.Logs.Attempt;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How an attempt ended, as a small file beside its logs: {@code 3.end}. */
final class AttemptNote {

  private static final Pattern NAME = Pattern.compile("(\\d{1,9})\\.end");
  private static final int MESSAGE_MAX = 500;

  private AttemptNote() {}

  static String name(int attempt) {
    return attempt + ".end";
  }

  /** Empty for a file that is no such note. */
  static Optional<Integer> attempt(String name) {
    var matcher = NAME.matcher(name);
    return matcher.matches() ? Optional.of(Integer.parseInt(matcher.group(1))) : Optional.empty();
  }

  /** Of one that has ended. */
  static String text(Attempt attempt) {
    var startedAt = Objects.requireNonNull(attempt.startedAt(), "startedAt");
    var ended = Objects.requireNonNull(attempt.ended(), "ended");
    var note = new Properties();
    note.setProperty("started", startedAt.toString());
    note.setProperty("finished", ended.finishedAt().toString());
    note.setProperty("reason", ended.reason().name());
    var message = ended.message();
    note.setProperty(
        "message", message.length() > MESSAGE_MAX ? message.substring(0, MESSAGE_MAX) : message);
    if (ended.exitCode() != null) {
      note.setProperty("code", ended.exitCode().toString());
    }
    if (ended.signal() != null) {
      note.setProperty("signal", ended.signal());
    }
    var text = new StringWriter();
    try {
      note.store(text, null);
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes every write", e);
    }
    return text.toString();
  }

  /** What cannot be read is not known. */
  static Attempt read(int attempt, String text) {
    var note = new Properties();
    try {
      note.load(new StringReader(text));
      @Nullable String code = note.getProperty("code");
      return new Attempt(
          attempt,
          Instant.parse(note.getProperty("started", "")),
          new Ended(
              code == null ? null : Integer.valueOf(code),
              note.getProperty("signal"),
              Ended.Reason.valueOf(note.getProperty("reason", "")),
              note.getProperty("message", ""),
              Instant.parse(note.getProperty("finished", ""))));
    } catch (IOException | IllegalArgumentException | DateTimeException damaged) {
      return new Attempt(attempt, null, null);
    }
  }
}
