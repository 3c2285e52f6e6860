package dev.regrow.runtime.namespace;

/**
 * Host ids that stand for 0..65535 inside of one instance, and nowhere else on this machine.
 *
 * @param base the host's id of the root user inside
 */
public record IdRange(int base) {

  public static final int SIZE = 65536;

  /** The host's id of a user or group inside. */
  public int hostId(int inside) {
    if (inside < 0 || inside >= SIZE) {
      throw new IllegalArgumentException("id " + inside + " is not within 0..65535");
    }
    return base + inside;
  }
}
