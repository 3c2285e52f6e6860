package dev.regrow.runtime.image;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Decides which images go. Pure. */
public final class ImageCleaning {

  private ImageCleaning() {}

  /** Sizes of a file system, in bytes. */
  public record Disk(long total, long free) {}

  /**
   * What is kept.
   *
   * @param unusedFor an image that nothing used for so long goes
   * @param freePercent below so much free space, others go, the one longest unused first
   * @param keptAtLeast an image that was used within this stays even then: it may be about to start
   */
  public record Policy(Duration unusedFor, int freePercent, Duration keptAtLeast) {
    public static final Policy USUAL = new Policy(Duration.ofDays(7), 15, Duration.ofMinutes(5));
  }

  /**
   * @param inUse manifests of images that instances run from
   * @return those to forget, in order
   */
  public static List<ImageRecord> choose(
      List<ImageRecord> images, Set<Digest> inUse, Instant now, Disk disk, Policy policy) {
    var candidates =
        images.stream()
            .filter(image -> !inUse.contains(image.digest()))
            .sorted(
                Comparator.comparing(ImageRecord::lastUsed).thenComparing(ImageRecord::reference))
            .toList();
    long wanted = disk.total() / 100 * policy.freePercent();
    long free = disk.free();
    var chosen = new ArrayList<ImageRecord>();
    for (var image : candidates) {
      var unused = Duration.between(image.lastUsed(), now);
      boolean old = unused.compareTo(policy.unusedFor()) > 0;
      boolean inTheWay = free < wanted && unused.compareTo(policy.keptAtLeast()) > 0;
      if (old || inTheWay) {
        chosen.add(image);
        free += image.bytes();
      }
    }
    return chosen;
  }
}
