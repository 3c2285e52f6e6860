package dev.regrow.runtime.logs;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code 3.log}, {@code 3.log.1}: attempt 3, newest first. Ordered from the oldest to the youngest.
 *
 * @param rotation 0 for the one that is written to, higher ones are older
 */
record LogFile(Path path, int attempt, int rotation) implements Comparable<LogFile> {

  private static final Pattern NAME = Pattern.compile("(\\d{1,9})\\.log(?:\\.(\\d{1,9}))?");
  private static final Comparator<LogFile> OLDEST_FIRST =
      Comparator.comparingInt(LogFile::attempt)
          .thenComparing(Comparator.comparingInt(LogFile::rotation).reversed());

  /** Empty for a file that is no log. */
  static Optional<LogFile> named(Path path) {
    var name = NAME.matcher(path.getFileName().toString());
    if (!name.matches()) {
      return Optional.empty();
    }
    var rotation = name.group(2);
    return Optional.of(
        new LogFile(
            path,
            Integer.parseInt(name.group(1)),
            rotation == null ? 0 : Integer.parseInt(rotation)));
  }

  @Override
  public int compareTo(LogFile other) {
    return OLDEST_FIRST.compare(this, other);
  }
}
