package dev.regrow.core.model;

/**
 * Doubling pauses with jitter.
 *
 * @param baseMillis the first pause
 * @param maxMillis the longest
 */
public record Backoff(long baseMillis, long maxMillis) {

  private static final int JITTER_PERCENT = 25;

  /**
   * The pause after {@code failures} in a row, from 0; up to a quarter shorter by {@code seed}, so
   * that those who failed together do not try again together.
   */
  public long millis(int failures, int seed) {
    long full = Math.min(maxMillis, baseMillis << Math.min(failures, 20));
    long jitter = full * JITTER_PERCENT / 100;
    return jitter == 0 ? full : full - Math.floorMod((seed * 0x9E3779B1L) >>> 7, jitter);
  }
}
