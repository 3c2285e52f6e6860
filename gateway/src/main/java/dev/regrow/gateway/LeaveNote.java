package dev.regrow.gateway;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says to a node, before it is told to end, that its machine goes with it: {@code down --drain}
 * leaves it in the node's directory, where only root writes. It holds for that one end.
 */
final class LeaveNote {

  private static final Logger LOG = LoggerFactory.getLogger(LeaveNote.class);
  private static final long SECONDS_MAX = 86_400;

  private final Path file;

  private LeaveNote(Path file) {
    this.file = file;
  }

  static LeaveNote in(Path data) {
    return new LeaveNote(data.resolve("leaving"));
  }

  /** For how long what runs here may be moved elsewhere first; empty: it stays as it is. */
  Optional<Duration> take() {
    try {
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      var seconds = Long.parseLong(Files.readString(file, StandardCharsets.US_ASCII).strip());
      return Optional.of(Duration.ofSeconds(Math.max(0, Math.min(SECONDS_MAX, seconds))));
    } catch (IOException | NumberFormatException unreadable) {
      LOG.warn("{} is not understood: {}", file, unreadable.getMessage());
      return Optional.empty();
    } finally {
      forget();
    }
  }

  /** What was said to a node that ended otherwise. */
  void forget() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("delete {}, it is of an earlier stop: {}", file, e.getMessage());
    }
  }
}
