package dev.regrow.core.store.raft;

import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreGroup.Member;
import dev.regrow.v1.StorePeer;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This server's place in the group: asks to be let in, notices that it was let go, promotes others
 * while it leads, and hands leadership over when it leaves.
 *
 * <p>All but {@link #trouble}, {@link #servers} and {@link #mayYield} is for one thread.
 */
final class Seat {

  private static final Logger LOG = LoggerFactory.getLogger(Seat.class);
  private static final long CHANGE_MILLIS = 15_000;
  private static final long HAND_OVER_MILLIS = 3_000;
  private static final long ASK_MILLIS = 3_000;
  private static final long YIELD_AGAIN_MAX_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** What this server is to the group. */
  enum Standing {
    OUT,
    IN,
    LET_GO
  }

  private final RaftStoreConfig config;
  private final GroupClient client;
  private final RollCall rollCall;
  private volatile List<String> contacts;
  private volatile String trouble = "";
  private @Nullable CompletableFuture<StoreGroup> joining;
  private @Nullable CompletableFuture<Void> promoting;
  private @Nullable CompletableFuture<StoreGroup> asking;
  private @Nullable CompletableFuture<Void> goingOn;
  private volatile @Nullable Member inBetween;
  private volatile boolean leaving;
  private volatile long yieldNext = System.nanoTime() - 1;
  private int yields;

  /**
   * @param contacts HOST:PORT of other servers
   */
  Seat(RaftStoreConfig config, GroupClient client, RollCall rollCall, List<String> contacts) {
    this.config = config;
    this.client = client;
    this.rollCall = rollCall;
    this.contacts = List.copyOf(contacts);
  }

  /** Those named at the start and those remembered from before, without this server itself. */
  static List<String> contacts(RaftStoreConfig config) throws IOException {
    var all = new LinkedHashSet<String>(config.identity().contacts());
    all.addAll(config.contacts());
    all.remove(config.address());
    return List.copyOf(all);
  }

  boolean hasContacts() {
    return !contacts.isEmpty();
  }

  /** HOST:PORT of the other servers, as far as they are known. */
  List<String> servers() {
    return contacts;
  }

  String newName() {
    return PeerName.make(config.identity().nodeUid(), config.witness());
  }

  /** Whether this node's cluster has no store yet, and this node is to make it. */
  boolean mayFound() {
    return config.identity().isFounding();
  }

  void founded() throws IOException {
    config.identity().founded();
  }

  /** Why writes would be in vain; nothing: they would not. */
  String trouble() {
    return trouble;
  }

  /** One look at the group, and the next step. */
  Standing look(RaftNode node, StorePeer self) throws IOException {
    GroupAtLeader group = node.group();
    remember(group);
    if (node.isReady()) {
      promote(group);
    }
    if (self.getFormed() && group.listens() && isOut(self)) {
      join(self);
      return Standing.OUT;
    }
    if (group.includesSelf()) {
      trouble = "";
      joining = null;
      boolean lonely = self.getFormed() && !group.listens() && node.leaderAddress().isEmpty();
      return lonely && othersLetGo(self) ? Standing.LET_GO : Standing.IN;
    }
    if (!self.getFormed()) {
      join(self);
      return Standing.OUT;
    }
    return wasLetGo(self) ? Standing.LET_GO : Standing.OUT;
  }

  /**
   * Whether a listener is to ask again to be let in. Who is to vote is let out first: whoever does
   * that may die before it lets it in again, and a listener goes on believing in a leader that it
   * hears no more.
   */
  private boolean isOut(StorePeer self) {
    CompletableFuture<StoreGroup> asked = joining;
    boolean asking = asked != null && (!asked.isDone() || asked.isCompletedExceptionally());
    return !leaving && (asking || othersLetGo(self));
  }

  /** It has itself let go: it does not come again by itself. */
  void leaves() {
    leaving = true;
  }

  /**
   * Whether nothing is under way that nobody would tell of: getting in, or, on the leader, others
   * that may be about to vote.
   */
  boolean isSettled(RaftNode node, Standing standing) throws IOException {
    if (standing != Standing.IN) {
      return false;
    }
    if (node.leaderAddress().isEmpty()) {
      return false; // It may have been let go, and nobody would tell.
    }
    GroupAtLeader group = node.group();
    node.watchPauses(!group.others().isEmpty());
    if (group.listens()) {
      return false; // It may be let out, and nobody would tell.
    }
    return !node.isLeader()
        || (promoting == null && group.view().members().stream().allMatch(Member::voter));
  }

  private void remember(GroupAtLeader group) throws IOException {
    List<String> others = group.others();
    boolean changed = !others.isEmpty() && !others.equals(contacts);
    // A group of one has no others; as long as it is not this server's, somebody must be asked.
    boolean alone = others.isEmpty() && group.includesSelf() && !contacts.isEmpty();
    if (changed || alone) {
      config.identity().rememberContacts(others);
      contacts = List.copyOf(others);
    }
  }

  private void join(StorePeer self) {
    CompletableFuture<StoreGroup> asked = joining;
    if (asked == null) {
      trouble = "this server waits to be let into the store's group by " + contacts;
      LOG.info("{} asks {} to be let into the store's group", self.getPeerId(), contacts);
      joining = client.join(self.getPeerId(), config.address());
    } else if (asked.isCompletedExceptionally()) {
      String why = asked.handle((group, failure) -> message(failure)).join();
      trouble = "this server was not let into the store's group yet: " + why;
      LOG.warn("{}", trouble);
      joining = null;
    }
  }

  private static String message(@Nullable Throwable failure) {
    Throwable cause = Failures.cause(failure);
    return cause == null ? "no answer" : String.valueOf(cause.getMessage());
  }

  /** Asks the leader; false if it does not say so. */
  boolean wasLetGo(StorePeer self) {
    if (!self.getFormed() || contacts.isEmpty()) {
      return false;
    }
    try {
      StoreGroup group =
          client.group().toCompletableFuture().get(ASK_MILLIS, TimeUnit.MILLISECONDS);
      return group.members().stream().noneMatch(member -> member.peerId().equals(self.getPeerId()));
    } catch (ExecutionException | TimeoutException nobodyKnows) {
      LOG.debug("nobody says whether this server still belongs to the group", nobodyKnows);
      return false;
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Whether the others say so, as far as they have answered; asks them without waiting. Who was
   * stopped when it was let go does not learn it from its own log.
   */
  boolean othersLetGo(StorePeer self) {
    CompletableFuture<StoreGroup> asked = asking;
    if (contacts.isEmpty() || (asked != null && !asked.isDone())) {
      return false;
    }
    asking = asked == null ? client.group().toCompletableFuture() : null;
    return asked != null
        && !asked.isCompletedExceptionally()
        && asked.join().members().stream()
            .noneMatch(member -> member.peerId().equals(self.getPeerId()));
  }

  /**
   * Whether a majority has said, since it was asked, that it goes on without this server, which
   * does not run; asks without waiting.
   */
  boolean othersGoOn() {
    CompletableFuture<Void> asked = goingOn;
    if (asked != null && !asked.isDone()) {
      return false;
    }
    goingOn = asked == null || asked.isCompletedExceptionally() ? client.majority() : null;
    return asked != null && !asked.isCompletedExceptionally();
  }

  private void promote(GroupAtLeader group) {
    if (promoting != null && !promoting.isDone()) {
      return;
    }
    promoting = null;
    Roster.promote(group.view()).ifPresent(chosen -> promoting = promote(group, chosen));
  }

  /**
   * In two changes, out and in again as a voter: for Ratis a listener that merely changes its role
   * remains one that is being let in, and refuses its vote, until the leader changes. One that
   * comes in as a voter is first brought up to date, and then counted.
   */
  private CompletableFuture<Void> promote(GroupAtLeader group, Member chosen) {
    LOG.info("{} of {} is to vote", chosen.peerId(), chosen.address());
    inBetween = chosen;
    StoreGroup now = group.view();
    return group
        .change(now, Roster.without(now, chosen), CHANGE_MILLIS)
        .thenCompose(
            out -> {
              StoreGroup then = group.view();
              return group.change(then, Roster.withVote(then, chosen), CHANGE_MILLIS);
            })
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                LOG.info("the store's group is {}", describe(group.view().members()));
              } else {
                LOG.warn("the store's group did not change yet: {}", message(failure));
              }
              inBetween = null;
            });
  }

  /** Who is out only in order to come in again: still a member for everybody who asks. */
  Optional<Member> inBetween() {
    return Optional.ofNullable(inBetween);
  }

  static String describe(List<Member> members) {
    return members.stream()
        .map(member -> member.address() + (member.voter() ? " (votes)" : " (listens)"))
        .toList()
        .toString();
  }

  /**
   * Whether a server could lead in the place of this one, which has no room. Again after 2 s, then
   * after twice as long each time: where nobody has room the lead must not go round and round.
   */
  boolean mayYield(RaftNode node) {
    try {
      return node.isReady()
          && System.nanoTime() - yieldNext > 0
          && Roster.successor(node.group().view()).filter(one -> !one.witness()).isPresent();
    } catch (IOException closing) {
      return false;
    }
  }

  /** Leaves the lead to a server that may have room. */
  void giveWay(RaftNode node) {
    LOG.warn("the disk here is full, so another server is to lead");
    handOver(node);
    yields++;
    yieldNext =
        System.nanoTime()
            + Math.min(YIELD_AGAIN_MAX_NANOS, TimeUnit.SECONDS.toNanos(1L << Math.min(yields, 8)));
  }

  /** There is room again. */
  void hasRoom() {
    yields = 0;
  }

  /**
   * Leaves the lead to another, so that nobody waits for an election. To one that answers: of those
   * that ended just now nobody has noticed it yet, and it would be waited for in vain.
   */
  void handOver(RaftNode node) {
    try {
      if (!node.isLeader()) {
        return;
      }
      GroupAtLeader group = node.group();
      Optional<Member> successor =
          Roster.successor(
              rollCall.ofLeaders(group.view()).get(HAND_OVER_MILLIS, TimeUnit.MILLISECONDS));
      if (successor.isPresent()) {
        group
            .transferTo(successor.get(), HAND_OVER_MILLIS)
            .get(HAND_OVER_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (IOException | ExecutionException | TimeoutException failed) {
      LOG.warn("leadership was not handed over, the others elect: {}", message(failed));
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }
}
