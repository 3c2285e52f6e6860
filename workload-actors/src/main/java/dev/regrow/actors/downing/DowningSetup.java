package dev.regrow.actors.downing;

import dev.regrow.core.membership.Downing;
import dev.regrow.core.membership.Downs;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.setup.Setup;

/** What the downing provider of a cluster system needs, given to it when the system is made. */
public final class DowningSetup extends Setup {

  private final Downs downs;
  private final LongSupplier wallMillis;
  private final Pace pace;
  private final Knocking knocking;

  /**
   * How patient it is.
   *
   * @param patience before a declaration
   * @param surrender how long a declaration may fail before this node gives its own system up
   * @param again between two attempts
   */
  public record Pace(Downing.Patience patience, Duration surrender, Duration again) {

    /** What nodes use: with the failure detector's time, a dead machine is out within 3 s. */
    public static final Pace USUAL =
        new Pace(
            new Downing.Patience(
                Duration.ofMillis(400), Duration.ofMillis(2200), Duration.ofSeconds(2)),
            Duration.ofSeconds(10),
            Duration.ofMillis(500));
  }

  /**
   * @param knocking learns of connections to other members; closed by whoever made it
   */
  public DowningSetup(Downs downs, LongSupplier wallMillis, Pace pace, Knocking knocking) {
    this.downs = downs;
    this.wallMillis = wallMillis;
    this.pace = pace;
    this.knocking = knocking;
  }

  Downs downs() {
    return downs;
  }

  LongSupplier wallMillis() {
    return wallMillis;
  }

  Knocking knocking() {
    return knocking;
  }

  Pace pace() {
    return pace;
  }
}
