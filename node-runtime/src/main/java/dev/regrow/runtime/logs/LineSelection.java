package dev.regrow.runtime.logs;

import dev.regrow.runtime.Logs.Chunk;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lets through what was written after an instant, without the first so many lines of that. */
final class LineSelection {

  private final @Nullable Instant since;
  private long linesToSkip;

  LineSelection(@Nullable Instant since, long linesToSkip) {
    this.since = since;
    this.linesToSkip = linesToSkip;
  }

  Optional<Chunk> select(Chunk chunk) {
    if (since != null && !chunk.time().isAfter(since)) {
      return Optional.empty();
    }
    if (linesToSkip == 0) {
      return Optional.of(chunk);
    }
    var bytes = chunk.bytes();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n' && --linesToSkip == 0) {
        var rest = Arrays.copyOfRange(bytes, i + 1, bytes.length);
        return rest.length == 0 ? Optional.empty() : Optional.of(with(chunk, rest));
      }
    }
    return Optional.empty();
  }

  private static Chunk with(Chunk chunk, byte[] bytes) {
    return new Chunk(chunk.attempt(), chunk.stream(), chunk.time(), bytes, 0);
  }

  /** Counts lines; the last one counts without its newline too. */
  static final class Counter {
    private final @Nullable Instant since;
    private long newlines;
    private boolean open;

    Counter(@Nullable Instant since) {
      this.since = since;
    }

    boolean count(Chunk chunk) {
      if (since == null || chunk.time().isAfter(since)) {
        for (byte each : chunk.bytes()) {
          newlines += each == '\n' ? 1 : 0;
          open = each != '\n';
        }
      }
      return true;
    }

    long lines() {
      return newlines + (open ? 1 : 0);
    }
  }
}
