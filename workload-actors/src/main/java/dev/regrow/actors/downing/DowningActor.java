package dev.regrow.actors.downing;

import dev.regrow.core.membership.Downing;
import dev.regrow.core.membership.Downing.Blind;
import dev.regrow.core.membership.Downing.View;
import dev.regrow.core.membership.Downs.Outcome;
import dev.regrow.core.store.Store;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.pekko.actor.AbstractActorWithTimers;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.Reachability;
import org.apache.pekko.cluster.UniqueAddress;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.remote.RemoteActorRefProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Tells {@link Downing} what this member sees, has the store judge its proposals, and carries the
 * store's word out in this cluster system: nobody is downed here before the store has said so.
 */
final class DowningActor extends AbstractActorWithTimers {

  private static final Logger LOG = LoggerFactory.getLogger(DowningActor.class);

  private static final Set<MemberStatus> IN =
      Set.of(MemberStatus.joining(), MemberStatus.weaklyUp(), MemberStatus.up());

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
  private final Map<String, Member> members = new HashMap<>();
  private Set<Blind> sights = Set.of();
  private Set<String> dead = Set.of();
  private final Set<String> ended = new HashSet<>();
  private final Set<String> silent = new HashSet<>();
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
    members.put(Lives.name(member.uniqueAddress()), member);
    obey(dead); // It may have been declared before we met it.
    sightChanged();
  }

  private void forget(Member member) {
    members.remove(Lives.name(member.uniqueAddress()));
    ended.remove(Lives.name(member.uniqueAddress()));
    sightChanged();
  }

  private void heard(Heard heard) {
    for (var member : members.values()) {
      var address = member.address();
      boolean isThere =
          address.host().contains(heard.host()) && address.port().contains(heard.port());
      var name = Lives.name(member.uniqueAddress());
      if (isThere && IN.contains(member.status()) && !name.equals(self)) {
        heard(name, heard.sign());
      }
    }
  }

  private void heard(String name, Knocking.Sign sign) {
    switch (sign) {
      case REFUSED -> {
        // That is as if nobody could see it any more.
        if (ended.add(name)) {
          LOG.info("{} has ended: its machine refuses connections", name);
          sightChanged();
        }
      }
      case SILENT -> {
        if (silent.add(name)) {
          judge();
        }
      }
      case ANSWERED -> silent.remove(name);
    }
  }

  private void see(Reachability reachability) {
    var now = new HashSet<Blind>();
    for (var sight : CollectionConverters.asJava(reachability.records())) {
      if (sight.status() != Reachability.Reachable$.MODULE$) {
        now.add(new Blind(Lives.name(sight.observer()), Lives.name(sight.subject())));
      }
    }
    if (!now.equals(sights)) {
      sights = Set.copyOf(now);
      sightChanged();
    }
  }

  private void sightChanged() {
    var proposal = propose();
    silent.retainAll(proposal.dead());
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

  private Downing.Proposal propose() {
    var known =
        members.values().stream()
            .filter(m -> !dead.contains(Lives.name(m.uniqueAddress())))
            .filter(m -> m.status() != MemberStatus.removed())
            .map(m -> new Downing.Member(Lives.name(m.uniqueAddress()), m.upNumber()))
            .collect(Collectors.toSet());
    var seen = new HashSet<>(sights);
    for (var gone : ended) {
      known.stream()
          .filter(one -> !one.address().equals(gone))
          .forEach(one -> seen.add(new Blind(one.address(), gone)));
    }
    return Downing.propose(new View(self, known, seen));
  }

  private void judge() {
    var proposal = propose();
    if (asking || proposal.dead().isEmpty()) {
      return;
    }
    var waited = Duration.ofNanos(System.nanoTime() - changedNanos);
    var verdict =
        proposal.verdict(new Downing.Signs(ended, silent), waited, setup.pace().patience());
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
    var member = members.get(name);
    if (member != null && !ended.contains(name) && !name.equals(self)) {
      var address = member.address();
      setup.knocking().knock(address.host().get(), (Integer) address.port().get());
    }
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

  /** The store's word. */
  private void obey(Set<String> declared) {
    dead = declared;
    if (ending) {
      return;
    }
    if (dead.contains(self)) {
      ending = true;
      LOG.warn("this node was declared dead: its cluster system ends, and joins again");
      cluster.down(cluster.selfAddress());
      return;
    }
    for (var member : Set.copyOf(members.values())) {
      if (dead.contains(Lives.name(member.uniqueAddress()))
          && member.status() != MemberStatus.down()
          && member.status() != MemberStatus.removed()) {
        LOG.info("{} was declared dead", member.uniqueAddress());
        cluster.down(member.address());
        if (ended.contains(Lives.name(member.uniqueAddress()))) {
          quarantine(member.uniqueAddress());
        }
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
