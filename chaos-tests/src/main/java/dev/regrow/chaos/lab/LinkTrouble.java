package dev.regrow.chaos.lab;

import dev.regrow.chaos.fault.Fault;

/**
 * What happens to packets on their way in one direction.
 *
 * @param delayMicros of each
 * @param jitterMicros of each up to this more, which changes no order
 * @param lost of a thousand
 * @param twice of a thousand
 * @param late of a thousand, which later ones pass
 * @param lateMicros by how much these are later
 * @param bytesPerSecond 0: any
 */
public record LinkTrouble(
    long delayMicros,
    long jitterMicros,
    int lost,
    int twice,
    int late,
    long lateMicros,
    long bytesPerSecond) {

  /** A link as it should be. */
  public static final LinkTrouble NONE = new LinkTrouble(0, 0, 0, 0, 0, 0, 0);

  private static final int MICROS = 1000;
  private static final int OF_PERCENT = 10;
  private static final int ALL = 1000;

  /** What a fault of a link does. */
  static LinkTrouble of(Fault fault) {
    return switch (fault.kind()) {
      case LINK_DELAY -> new LinkTrouble(fault.setting("delay") * MICROS, 0, 0, 0, 0, 0, 0);
      case LINK_JITTER -> new LinkTrouble(0, fault.setting("delay") * MICROS, 0, 0, 0, 0, 0);
      case LINK_LOSS -> new LinkTrouble(0, 0, share(fault), 0, 0, 0, 0);
      case LINK_DUPLICATE -> new LinkTrouble(0, 0, 0, share(fault), 0, 0, 0);
      case LINK_REORDER ->
          new LinkTrouble(0, 0, 0, 0, share(fault), fault.setting("delay") * MICROS, 0);
      case LINK_RATE -> new LinkTrouble(0, 0, 0, 0, 0, 0, fault.setting("rate"));
      default -> throw new IllegalArgumentException(fault + " is no trouble of a link");
    };
  }

  private static int share(Fault fault) {
    return (int) fault.setting("share") * OF_PERCENT;
  }

  /** Both at once. */
  public LinkTrouble and(LinkTrouble other) {
    return new LinkTrouble(
        delayMicros + other.delayMicros,
        jitterMicros + other.jitterMicros,
        either(lost, other.lost),
        either(twice, other.twice),
        either(late, other.late),
        Math.max(lateMicros, other.lateMicros),
        lower(bytesPerSecond, other.bytesPerSecond));
  }

  private static int either(int one, int other) {
    return ALL - (ALL - one) * (ALL - other) / ALL;
  }

  private static long lower(long one, long other) {
    return one == 0 || other == 0 ? one + other : Math.min(one, other);
  }
}
