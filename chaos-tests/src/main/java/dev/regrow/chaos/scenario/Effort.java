package dev.regrow.chaos.scenario;

import java.security.SecureRandom;

/**
 * How big a scenario is: reduced by default, complete with {@code -Dregrow.full=true}, and each
 * size by itself with {@code -Dregrow.NAME=N}.
 */
public final class Effort {

  private static final String PREFIX = "regrow.";

  private Effort() {}

  /** The size of that name. */
  public static int of(String name, int reduced, int full) {
    return Integer.getInteger(PREFIX + name, Boolean.getBoolean(PREFIX + "full") ? full : reduced);
  }

  /** {@code -Dregrow.seed}, else a new one; printed, so that what was seen can be seen again. */
  public static long seed(String scenario) {
    long seed = Long.getLong(PREFIX + "seed", new SecureRandom().nextInt());
    System.out.println(scenario + ": -D" + PREFIX + "seed=" + seed);
    return seed;
  }
}
