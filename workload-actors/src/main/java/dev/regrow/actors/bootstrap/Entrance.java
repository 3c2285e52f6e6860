package dev.regrow.actors.bootstrap;

import static dev.regrow.actors.downing.Knocking.Sign.ANSWERED;
import static dev.regrow.actors.downing.Knocking.Sign.SILENT;

import dev.regrow.actors.downing.Knocking;
import dev.regrow.actors.downing.Knocking.Sign;
import dev.regrow.actors.downing.Lives;
import dev.regrow.core.membership.Absence;
import dev.regrow.core.membership.Arrival;
import dev.regrow.core.membership.Formation.Candidate;
import dev.regrow.core.membership.Formation.Decision;
import dev.regrow.core.membership.Formation.Outlook;
import dev.regrow.core.membership.Formation.Self;
import dev.regrow.core.membership.Membership;
import dev.regrow.core.membership.Probation;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One cluster system's way into the cluster: says in the store who it is, and forms or joins what
 * the store names; asks again what that is until somebody answers, as others may be on their way,
 * too. All on one thread.
 */
final class Entrance {

  private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);
  private static final Duration AGAIN = Duration.ofMillis(500);
  private static final Duration VIEW_AGAIN = Duration.ofMillis(20);
  private static final Duration ASK_FOR = Duration.ofSeconds(4);

  private final ActorSystem<ClusterGuardian.Command> system;
  private final Membership membership;
  private final Knocking knocking;
  private final ScheduledExecutorService scheduler;
  private final Self self;
  private String incarnation = "";
  private List<String> asked = List.of();
  private long askedOf = -1;
  private long askedSinceNanos;
  private boolean isKnocking;
  private Set<String> waitingFor = Set.of();
  private @Nullable Probation probation;
  private boolean up;
  private boolean over;

  Entrance(
      ActorSystem<ClusterGuardian.Command> system,
      String nodeUid,
      boolean isServer,
      Membership membership,
      Knocking knocking,
      ScheduledExecutorService scheduler) {
    this.system = system;
    this.membership = membership;
    this.knocking = knocking;
    this.scheduler = scheduler;
    var unique = Cluster.get(system).selfMember().uniqueAddress();
    this.self =
        new Self(new Candidate(Lives.name(unique), nodeUid, System.currentTimeMillis()), isServer);
  }

  /** Registers first: whoever declares this system dead finds the node that goes down with it. */
  void begin() {
    if (over) {
      return;
    }
    membership
        .register(self.candidate().nodeUid(), this::arriving)
        .whenCompleteAsync(
            (done, failure) -> {
              if (failure == null) {
                look();
              } else {
                LOG.warn("cannot say yet that this node is on its way: {}", failure.getMessage());
                later(this::begin);
              }
            },
            scheduler);
  }

  private StoredNode arriving(StoredNode node) {
    return node.toBuilder().setMember(self.candidate().uniqueAddress()).clearCluster().build();
  }

  private void look() {
    if (over || up) {
      return;
    }
    if (isAnswered()) {
      if (!incarnation.equals(self.candidate().uniqueAddress())) {
        waitForUp();
      }
      return;
    }
    membership
        .settle(self, outlook())
        .whenCompleteAsync(
            (decision, failure) -> {
              if (failure != null) {
                LOG.warn("cannot settle who forms the cluster: {}", failure.getMessage());
              } else if (!over && !isAnswered()) {
                enter(decision);
              }
              later(this::look);
            },
            scheduler);
  }

  private void waitForUp() {
    long now = System.nanoTime();
    var before = probation == null ? Probation.begun(now) : probation;
    probation = before.looked(isHeardOf(), now);
    probation.failure(now).ifPresentOrElse(this::end, () -> later(this::look));
  }

  private boolean isHeardOf() {
    var cluster = Cluster.get(system);
    return cluster.state().seenBy().exists(each -> !each.equals(cluster.selfMember().address()));
  }

  private boolean isAnswered() {
    return Cluster.get(system).selfMember().status() != MemberStatus.removed();
  }

  private Outlook outlook() {
    boolean inVain = askedOf >= 0 && System.nanoTime() - askedSinceNanos >= ASK_FOR.toNanos();
    return inVain ? new Outlook(askedOf) : Outlook.UNTRIED;
  }

  private void enter(Decision decision) {
    if (!(decision instanceof Decision.Join join)) {
      LOG.info("forming the cluster: {}", decision.reason());
      incarnation = self.candidate().uniqueAddress();
      asked = List.of(incarnation);
      system.tell(ClusterGuardian.Form.INSTANCE);
      return;
    }
    if (!asked.equals(join.addresses()) && !isKnocking) {
      isKnocking = true;
      var doors =
          join.addresses().stream().collect(Collectors.toMap(Entrance::door, Function.identity()));
      knocking
          .ask(doors.keySet())
          .whenCompleteAsync(
              (signs, failure) -> {
                isKnocking = false;
                if (failure == null && !over && !isAnswered()) {
                  join(join, named(doors, signs, ANSWERED), named(doors, signs, SILENT));
                }
              },
              scheduler);
    }
  }

  private static Set<String> named(
      Map<InetSocketAddress, String> doors, Map<InetSocketAddress, Sign> signs, Sign sign) {
    return doors.entrySet().stream()
        .filter(door -> signs.get(door.getKey()) == sign)
        .map(Map.Entry::getValue)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static InetSocketAddress door(String member) {
    var address = address(member);
    return new InetSocketAddress(address.host().get(), (Integer) address.port().get());
  }

  private static Address address(String member) {
    return AddressFromURIString.parse(member.replaceFirst("#.*$", ""));
  }

  private void join(Decision.Join join, Set<String> answering, Set<String> silent) {
    if (join.mustWait(answering, silent)) {
      if (!silent.equals(waitingFor)) {
        waitingFor = silent;
        LOG.warn(
            "this node does not join yet: it reaches {}, and not {}, which would not hear it",
            answering,
            silent);
      }
      return;
    }
    if (askedOf != join.named().modIndex()) {
      askedOf = join.named().modIndex();
      askedSinceNanos = System.nanoTime();
    }
    LOG.info("joining {}: {}", join.addresses(), join.reason());
    incarnation = join.named().incarnation().getUniqueAddress();
    asked = join.addresses();
    system.tell(new ClusterGuardian.JoinAt(asked.stream().map(Entrance::address).toList()));
  }

  /** It is up; says so, in which cluster, and that whoever declared this node dead was wrong. */
  void up() {
    if (over) {
      return;
    }
    up = true;
    var members =
        StreamSupport.stream(Cluster.get(system).state().getMembers().spliterator(), false)
            .map(Member::uniqueAddress)
            .map(Lives::name)
            .toList();
    switch (Arrival.of(self.candidate().uniqueAddress(), members, asked)) {
      case UNSEEN -> later(VIEW_AGAIN, this::up);
      case AS_NAMED -> tell();
      case ELSEWHERE ->
          end("this node came to " + members + ", and the store names a cluster of " + asked);
    }
  }

  private void tell() {
    if (over) {
      return;
    }
    membership
        .register(self.candidate().nodeUid(), this::inside)
        .whenCompleteAsync(
            (done, failure) -> {
              if (failure == null) {
                lookAgain();
              } else if (!over) {
                LOG.warn("cannot say yet that this node is back: {}", failure.getMessage());
                later(this::tell);
              }
            },
            scheduler);
  }

  /** News that came while this node was on its way went past it. */
  private void lookAgain() {
    if (over) {
      return;
    }
    membership
        .named()
        .whenCompleteAsync(
            (uniqueAddress, failure) -> {
              if (failure == null) {
                named(uniqueAddress);
              } else {
                later(this::lookAgain);
              }
            },
            scheduler);
  }

  private StoredNode inside(StoredNode node) {
    var after =
        Absence.over(node).toBuilder()
            .setMember(self.candidate().uniqueAddress())
            .setCluster(incarnation);
    if (node.getPhase() == NodePhase.NODE_DOWN) {
      after.setPhase(NodePhase.NODE_READY);
    }
    return after.build();
  }

  /** The store names that incarnation: there is one cluster, and this node belongs to that. */
  void named(String uniqueAddress) {
    if (up && !over && !incarnation.equals(uniqueAddress)) {
      end("the store names the cluster of " + uniqueAddress + " by now, not this one");
    }
  }

  private void end(String why) {
    LOG.warn("{}: its cluster system ends, and another joins", why);
    over = true;
    system.terminate();
  }

  /** Nothing is done any more. */
  void over() {
    over = true;
  }

  private void later(Runnable step) {
    later(AGAIN, step);
  }

  private void later(Duration wait, Runnable step) {
    if (!over) {
      var unused = scheduler.schedule(step, wait.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
