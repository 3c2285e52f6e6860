package dev.regrow.actors.downing;

import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.cluster.DowningProvider;
import scala.Option;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/**
 * Membership arbitrated by the store: a member is out when the store says so, and not before. Made
 * by Pekko, by reflection; the system must have been made with a {@link DowningSetup}.
 */
public final class StoreDowningProvider extends DowningProvider {

  private final DowningSetup setup;

  /** Called by Pekko. */
  public StoreDowningProvider(ActorSystem system) {
    this.setup =
        system
            .settings()
            .setup()
            .get(DowningSetup.class)
            .orElseThrow(
                () -> new IllegalStateException("a cluster system made without a DowningSetup"));
  }

  /**
   * None: what a member that was declared dead still tries is refused by the store, whose record is
   * what decides, and not by how long we wait for it.
   */
  @Override
  public FiniteDuration downRemovalMargin() {
    return Duration.Zero();
  }

  @Override
  public Option<Props> downingActorProps() {
    return Option.apply(Props.create(DowningActor.class, () -> new DowningActor(setup)));
  }
}
