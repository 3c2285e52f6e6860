package dev.regrow.runtime.process;

import dev.regrow.runtime.disk.Written;
import java.util.Locale;
import java.util.Optional;

/** Decides whether an instance may keep what it has written to its root. Pure. */
final class RootBound {

  /** Unless its manifest says something else. */
  static final long USUAL_BYTES = 1L << 30;

  /** Deleting them takes a second or so; more would hold up the next attempt. */
  static final long ENTRIES = 100_000;

  private static final double KIB = 1024;

  private RootBound() {}

  /**
   * @param bytesMost what the manifest says; 0: nothing
   * @param unnamed bytes of files that have no name any more and that it has open
   * @return why it is to be evicted
   */
  static Optional<String> verdict(Written written, long unnamed, long bytesMost) {
    long most = bytesMost == 0 ? USUAL_BYTES : bytesMost;
    if (written.bytes() + unnamed > most) {
      return Optional.of(
          "wrote %s to its root, its bound is %s: use a volume, or raise resources.disk"
              .formatted(words(written.bytes() + unnamed), words(most)));
    }
    return written.complete()
        ? Optional.empty()
        : Optional.of(
            "wrote more than %d files to its root, or deeper directories than can be counted: use a volume"
                .formatted(ENTRIES));
  }

  private static String words(long bytes) {
    double amount = bytes / KIB;
    for (var unit : new String[] {"KiB", "MiB"}) {
      if (amount < KIB) {
        return String.format(Locale.ROOT, "%.1f %s", amount, unit);
      }
      amount /= KIB;
    }
    return String.format(Locale.ROOT, "%.1f GiB", amount);
  }
}
