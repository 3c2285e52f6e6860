package dev.regrow.chaos.scenario;

import java.security.SecureRandom;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How big a scenario is: reduced by default, complete with {@code -Dregrow.full=true}, and each
 * size by itself with {@code -Dregrow.NAME=N}.
 */
public final class Effort {

  private static final String PREFIX = "regrow.";

  private static final Map<String, Long> SEEDS = new ConcurrentHashMap<>();

  private Effort() {}

  /** The size of that name. */
  public static int of(String name, int reduced, int full) {
    return Integer.getInteger(PREFIX + name, isFull() ? full : reduced);
  }

  /** Whether the promised times are asserted: on a machine that does nothing else. */
  public static boolean isFull() {
    return Boolean.getBoolean(PREFIX + "full");
  }

  /**
   * {@code -Dregrow.seed}, else a new one; printed, so that what was seen can be seen again. What
   * is run again by the same process draws the same.
   */
  public static long seed(String scenario) {
    long seed =
        SEEDS.computeIfAbsent(
            scenario, fresh -> Long.getLong(PREFIX + "seed", new SecureRandom().nextInt()));
    System.out.println(scenario + ": -D" + PREFIX + "seed=" + seed);
    return seed;
  }

  /** {@code -Dregrow.seed}, else this one; printed, too. */
  public static long seedOr(long usual, String scenario) {
    long seed = Long.getLong(PREFIX + "seed", usual);
    System.out.println(scenario + ": -D" + PREFIX + "seed=" + seed);
    return seed;
  }

  /** Draws for one test of a scenario the same, whichever of its other tests run before it. */
  public static Random random(long seed, String test) {
    return new Random(31 * seed + test.hashCode());
  }
}
