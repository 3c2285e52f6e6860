package dev.regrow.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/** Who holds the lock on a file, from /proc/locks (man 5 proc). */
final class LockHolder {

  private static final Path LOCKS = Path.of("/proc/locks");

  /** As {@code 3: POSIX ADVISORY WRITE 4711 fd:01:131 0 EOF}; waiters have an arrow. */
  private static final Pattern LINE =
      Pattern.compile("\\d+: \\S+\\s+\\S+\\s+WRITE (\\d+) (\\p{XDigit}+):(\\p{XDigit}+):(\\d+) .*");

  private LockHolder() {}

  /** Its pid; empty when nobody holds it or the file is not there. */
  static Optional<Long> of(Path file) {
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      return in(
          Files.readString(LOCKS),
          ((Number) Files.getAttribute(file, "unix:dev")).longValue(),
          ((Number) Files.getAttribute(file, "unix:ino")).longValue());
    } catch (IOException e) {
      return Optional.empty(); // Then the lock itself refuses, without a name.
    }
  }

  /**
   * @param device as in stat: 12 bits of major over 8 bits of minor, and further bits above
   */
  static Optional<Long> in(String locks, long device, long inode) {
    long major = (device >>> 8) & 0xfff;
    long minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
    return locks
        .lines()
        .map(LINE::matcher)
        .filter(java.util.regex.Matcher::matches)
        .filter(line -> Long.parseLong(line.group(2), 16) == major)
        .filter(line -> Long.parseLong(line.group(3), 16) == minor)
        .filter(line -> Long.parseLong(line.group(4)) == inode)
        .map(line -> Long.parseLong(line.group(1)))
        .findFirst();
  }
}
