package dev.regrow.actors.instance;

import dev.regrow.runtime.Ended;
import java.time.Duration;

/** How ends and waits are told to people. */
final class Words {

  private Words() {}

  /** As {@code 250 ms}, {@code 4 s}, {@code 1.5 s} or {@code 2 min}. */
  static String of(Duration wait) {
    long millis = wait.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    if (millis >= 60_000 && millis % 60_000 == 0) {
      return millis / 60_000 + " min";
    }
    return millis % 1000 == 0
        ? millis / 1000 + " s"
        : "%d.%d s".formatted(millis / 1000, millis % 1000 / 100);
  }

  /** The end in a sentence, its exit code or signal always named. */
  static String of(Ended ended) {
    var how =
        ended.signal() != null
            ? "signal " + ended.signal()
            : ended.exitCode() != null ? "exit code " + ended.exitCode() : "";
    if (how.isEmpty() || ended.message().contains(how)) {
      return ended.message();
    }
    return ended.message().isEmpty() ? how : how + ": " + ended.message();
  }

  /** The event's one word. */
  static String eventOf(Ended.Reason reason) {
    return switch (reason) {
      case COMPLETED, ERROR, SIGNALED -> "Exited";
      case OOM_KILLED -> "OOMKilled";
      case PIDS_LIMIT -> "PidsLimit";
      case LIVENESS_FAILED -> "LivenessFailed";
      case EVICTED -> "Evicted";
      case START_FAILED -> "StartFailed";
      case IMAGE_PULL_FAILED -> "ImagePullFailed";
      case SHIM_LOST -> "ShimLost";
    };
  }
}
