package dev.regrow.actors.downing;

import dev.regrow.core.membership.Downs.Outcome;
import dev.regrow.core.store.Store;
import java.time.Duration;
import java.util.Set;
import org.apache.pekko.actor.AbstractActorWithTimers;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.Reachability;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.remote.RemoteActorRefProvider;
import org.apache.pekko.remote.artery.ThisActorSystemQuarantinedEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * Tells {@link Downing} what this member sees, has the store judge its proposals, and carries the
 * store's word out in this cluster system: nobody is downed here before the store has said so.
 */
final class DowningActor extends AbstractActorWithTimers {

  private static final Logger LOG = LoggerFactory.getLogger(DowningActor.class);

  private record Declared(Set<String> dead) {}

  private record Following(Store.Watch watch) {}

  private record Answered(Outcome outcome) {}

  private record Failed(Throwable cause) {}

  /** What a machine says to knocks. */
  private record Heard(String host, int port, Knocking.Sign sign) {}

  private enum Settled {
    INSTANCE
  }

  private enum Follow {
    INSTANCE
  }

  private final DowningSetup setup;
  private final Cluster cluster = Cluster.get(getContext().getSystem());
  private final String self = Lives.name(cluster.selfUniqueAddress());
  private final Sights sights = new Sights(self);
  private Set<String> dead = Set.of();
  private boolean asking;
  private long changedNanos;
  private long failingSinceNanos;
  private Store.@Nullable Watch watch;
  private volatile boolean stopped;
  private boolean ending;

  DowningActor(DowningSetup setup) {
    this.setup = setup;
  }

  @Override
  public void preStart() {
    cluster.subscribe(
        getSelf(),
        ClusterEvent.initialStateAsEvents(),
        ClusterEvent.MemberEvent.class,
        ClusterEvent.ReachabilityChanged.class);
    getContext()
        .getSystem()
        .eventStream()
        .subscribe(getSelf(), ThisActorSystemQuarantinedEvent.class);
    follow();
    var here = getSelf();
    setup.knocking().listen((host, port, sign) -> here.tell(new Heard(host, port, sign), here));
  }

  @Override
  public void postStop() {
    stopped = true;
    cluster.unsubscribe(getSelf());
    followBy(null);
  }

  private void followBy(Store.@Nullable Watch next) {
    if (watch != null) {
      watch.close();
    }
    watch = next;
  }

  @Override
  public Receive createReceive() {
    return receiveBuilder()
        .match(ClusterEvent.MemberRemoved.class, removed -> forget(removed.member()))
        .match(ClusterEvent.MemberEvent.class, event -> know(event.member()))
        .match(ClusterEvent.ReachabilityChanged.class, changed -> see(changed.reachability()))
        .match(Declared.class, declared -> obey(declared.dead()))
        .match(Heard.class, heard -> heard(heard))
        .match(ThisActorSystemQuarantinedEvent.class, event -> thrownOut(event.remoteAddress()))
        .match(Following.class, following -> followBy(following.watch()))
        .match(Follow.class, follow -> follow())
        .match(Settled.class, settled -> judge())
        .match(Answered.class, answered -> answered(answered.outcome()))
        .match(Failed.class, failed -> failed(failed.cause()))
        .build();
  }

  private void follow() {
    var here = getSelf();
    var following =
        setup
            .downs()
            .follow(
                dead -> here.tell(new Declared(dead), here),
                () -> here.tell(Follow.INSTANCE, here));
    following.whenComplete(
        (begun, failure) -> {
          if (failure == null && stopped) {
            begun.close(); // Nobody is left to do it.
          } else if (failure == null) {
            here.tell(new Following(begun), here);
          } else if (!stopped) {
            // Without the news nobody is downed here: so ask again, for as long as it takes.
            LOG.warn("cannot follow who was declared dead: {}", failure.getMessage());
            followLater(here);
          }
        });
  }

  private void followLater(ActorRef here) {
    cluster
        .system()
        .scheduler()
        .scheduleOnce(
            setup.pace().again(), here, Follow.INSTANCE, cluster.system().dispatcher(), here);
  }

  private void know(Member member) {
    sights.know(member);
    obey(dead); // It may have been declared before we met it.
    sightChanged();
  }

  private void forget(Member member) {
    sights.forget(member);
    sightChanged();
  }

  private void heard(Heard heard) {
    for (var name : sights.at(heard.host(), heard.port())) {
      switch (heard.sign()) {
        case REFUSED -> {
          if (sights.hasEnded(name)) {
            LOG.info("{} has ended: its machine refuses connections", name);
            sightChanged();
          }
        }
        case SILENT -> {
          if (sights.isSilent(name)) {
            judge();
          }
        }
        case ANSWERED -> sights.answers(name);
      }
    }
  }

  private void see(Reachability reachability) {
    if (sights.see(reachability)) {
      sightChanged();
    }
  }

  private void sightChanged() {
    var proposal = sights.propose();
    sights.regard(proposal);
    if (proposal.dead().isEmpty()) {
      getTimers().cancel(Settled.INSTANCE);
      failingSinceNanos = 0;
      return;
    }
    changedNanos = System.nanoTime();
    judge();
  }

  private void awake(Duration wait) {
    getTimers().startSingleTimer(Settled.INSTANCE, Settled.INSTANCE, wait);
  }

  private void judge() {
    var proposal = sights.propose();
    if (asking || proposal.dead().isEmpty()) {
      return;
    }
    var waited = Duration.ofNanos(System.nanoTime() - changedNanos);
    var verdict = sights.verdict(proposal, waited, setup.pace().patience());
    var gone = verdict.dead();
    if (gone.isEmpty()) {
      proposal.dead().forEach(this::knock);
      awake(min(verdict.again(), setup.pace().again()));
      return;
    }
    asking = true;
    LOG.info("declaring dead, if the store agrees: {}", gone);
    var declared = setup.downs().declare(gone, self, setup.wallMillis().getAsLong());
    Patterns.pipe(
            declared.handle(
                (outcome, failure) ->
                    failure == null ? new Answered(outcome) : new Failed(failure)),
            getContext().getDispatcher())
        .to(getSelf());
  }

  /** Asks the machine of who does not answer whether it is there at all. */
  private void knock(String name) {
    sights
        .door(name)
        .ifPresent(door -> setup.knocking().knock(door.getHostString(), door.getPort()));
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private void answered(Outcome outcome) {
    asking = false;
    failingSinceNanos = 0;
    // What was declared, by us or another, comes as news; until then the same question stands.
    awake(
        outcome == Outcome.DECLARED ? setup.pace().again().multipliedBy(2) : setup.pace().again());
  }

  private void failed(Throwable cause) {
    asking = false;
    long now = System.nanoTime();
    if (failingSinceNanos == 0) {
      failingSinceNanos = now;
    }
    if (now - failingSinceNanos >= setup.pace().surrender().toNanos()) {
      LOG.warn(
          "the store decides nothing for {} s while members are unreachable ({}): this node is cut"
              + " off, and leaves its cluster system; its instances go on",
          setup.pace().surrender().toSeconds(),
          cause.getMessage());
      cluster.down(cluster.selfAddress());
      return;
    }
    awake(setup.pace().again());
  }

  /**
   * Another member has taken this one out, which it does at the store's word alone. That word may
   * take a while to arrive here when links have just healed.
   */
  private void thrownOut(org.apache.pekko.remote.UniqueAddress by) {
    if (!ending && sights.isKnown(by.address() + "#" + by.uid())) {
      ending = true;
      LOG.warn("{} has taken this node out: its cluster system ends, and joins again", by);
      cluster.down(cluster.selfAddress());
    }
  }

  /** The store's word. */
  private void obey(Set<String> declared) {
    dead = declared;
    sights.declared(declared);
    if (ending) {
      return;
    }
    if (dead.contains(self)) {
      ending = true;
      LOG.warn("this node was declared dead: its cluster system ends, and joins again");
      cluster.down(cluster.selfAddress());
      return;
    }
    for (var member : sights.stillIn()) {
      LOG.info("{} was declared dead", member.uniqueAddress());
      cluster.down(member.address());
      if (sights.endedIsKnownOf(member)) {
        quarantine(member.uniqueAddress());
      }
    }
  }

  /**
   * A member that is down is removed once it is unreachable, and one that is quarantined is so at
   * once, without waiting for the failure detector.
   */
  private void quarantine(UniqueAddress unique) {
    if (cluster.system().provider() instanceof RemoteActorRefProvider remote) {
      remote.quarantine(unique.address(), Option.apply(unique.longUid()), "its process has ended");
    }
  }
}
