package dev.regrow.actors.instance;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.image.PullProgress;
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

  /** As {@code pulls oci:reg.example/web:1: 120 of 300 MB, 2 of 5 layers}. */
  static String of(PullProgress pull) {
    var words = "pulls " + name(pull.reference());
    if (pull.layersInAll() == 0) {
      return words; // Its registry has not answered yet.
    }
    var layers = "%d of %d layers".formatted(pull.layers(), pull.layersInAll());
    return pull.bytes() == 0 || pull.bytesInAll() <= 0
        ? "%s: %s".formatted(words, layers)
        : "%s: %s, %s".formatted(words, amount(pull.bytes(), pull.bytesInAll()), layers);
  }

  private static String amount(long bytes, long inAll) {
    boolean large = inAll >= 10_000_000;
    long unit = large ? 1_000_000 : 1_000;
    return "%d of %d %s"
        .formatted(Math.min(bytes, inAll) / unit, (inAll + unit - 1) / unit, large ? "MB" : "kB");
  }

  /** As people wrote it: without the digest that its tag stood for. */
  static String name(String reference) {
    int digest = reference.indexOf('@');
    return digest < 0 ? reference : reference.substring(0, digest);
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
