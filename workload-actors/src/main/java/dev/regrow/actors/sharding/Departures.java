package dev.regrow.actors.sharding;

import java.time.Duration;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent.MemberRemoved;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * Says when a member has gone for good. What was told to workloads before then may have gone to
 * where they lived, on that very member.
 */
final class Departures {

  /** Sharding learns of it by the same event; and its coordinator may have to move first. */
  private static final Duration SOON = Duration.ofMillis(100);

  private static final Duration LATER = Duration.ofMillis(1500);

  private enum Said {
    SOON,
    LATER
  }

  private Departures() {}

  static Behavior<Object> create(Runnable gone) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(
                context -> {
                  Cluster.get(context.getSystem())
                      .subscriptions()
                      .tell(Subscribe.create(context.getSelf().narrow(), MemberRemoved.class));
                  return Behaviors.receive(Object.class)
                      .onMessage(
                          MemberRemoved.class,
                          removed -> {
                            timers.startSingleTimer(Said.SOON, Said.SOON, SOON);
                            timers.startSingleTimer(Said.LATER, Said.LATER, LATER);
                            return Behaviors.same();
                          })
                      .onMessage(
                          Said.class,
                          said -> {
                            gone.run();
                            return Behaviors.same();
                          })
                      .build();
                }));
  }
}
