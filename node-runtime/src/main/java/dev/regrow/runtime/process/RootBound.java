package dev.regrow.runtime.process;

import dev.regrow.runtime.disk.Written;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides whether an instance may keep what it has written to its root and to the volumes of its
 * image. Pure.
 */
final class RootBound {

  /** Unless its manifest says something else. */
  static final long USUAL_BYTES = 1L << 30;

  /** Deleting them takes a second or so; more would hold up the next attempt. */
  static final long ENTRIES = 100_000;

  private static final double KIB = 1024;

  private RootBound() {}

  /**
   * @param own what it wrote to the volumes of its image
   * @param unnamed bytes of files that have no name any more and that it has open
   * @param bytesMost what the manifest says; 0: nothing
   * @return why it is to be evicted
   */
  static Optional<String> verdict(Written root, Written own, long unnamed, long bytesMost) {
    long most = bytesMost == 0 ? USUAL_BYTES : bytesMost;
    var written = root.plus(own);
    var where = own.entries() == 0 ? "its root" : "its root and the volumes of its image";
    if (written.bytes() + unnamed > most) {
      return Optional.of(
          "wrote %s to %s, its bound is %s: use a volume, or raise resources.disk"
              .formatted(words(written.bytes() + unnamed), where, words(most)));
    }
    return written.complete() && written.entries() <= ENTRIES
        ? Optional.empty()
        : Optional.of(
            "wrote more than %d files to %s, or deeper directories than can be counted: use a volume"
                .formatted(ENTRIES, where));
  }

  /** Whether an instance that begins with an empty root would be beyond its bound at once. */
  static boolean exceeds(Written own, long bytesMost) {
    return verdict(Written.NOTHING, own, 0, bytesMost).isPresent();
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
