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
   * @param settled how long nobody's sight must have changed before a declaration
   * @param minority how much longer the smaller side of a split waits, so that the larger is first
   * @param surrender how long a declaration may fail before this node gives its own system up
   * @param again between two attempts
   */
  public record Pace(Duration settled, Duration minority, Duration surrender, Duration again) {

    /** What nodes use: with the failure detector's time, a dead machine is out within 4 s. */
    public static final Pace USUAL =
        new Pace(
            Duration.ofMillis(400),
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            Duration.ofMillis(500));

    /** How long a proposal must have stood before it is put to the store. */
    Duration patience(Downing.Proposal proposal) {
      return proposal.inMinority() ? settled.plus(minority) : settled;
    }
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
