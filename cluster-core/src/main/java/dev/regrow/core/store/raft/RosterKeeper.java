package dev.regrow.core.store.raft;

import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreGroup.Member;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out, on the leader, what others ask of the group. */
final class RosterKeeper {

  private static final Logger LOG = LoggerFactory.getLogger(RosterKeeper.class);
  private static final long CHANGE_MILLIS = 15_000;

  private final Supplier<@Nullable RaftNode> node;
  private final Supplier<Optional<Member>> inBetween;

  /**
   * @param inBetween see {@link Seat#inBetween}
   */
  RosterKeeper(Supplier<@Nullable RaftNode> node, Supplier<Optional<Member>> inBetween) {
    this.node = node;
    this.inBetween = inBetween;
  }

  private StoreGroup view(GroupAtLeader group) {
    Optional<Member> out = inBetween.get(); // First: it is back in the group before it leaves here.
    StoreGroup now = group.view();
    boolean missing =
        out.isPresent()
            && now.members().stream().noneMatch(one -> one.peerId().equals(out.get().peerId()));
    return missing
        ? new StoreGroup(now.term(), Stream.concat(now.members().stream(), out.stream()).toList())
        : now;
  }

  /** Fails with {@link Proposer.NotProposed} where nobody leads. */
  CompletableFuture<StoreGroup> group() {
    return leading(group -> CompletableFuture.completedFuture(view(group)));
  }

  CompletableFuture<StoreGroup> admit(String peerId, String address) {
    return leading(
        group ->
            inBetween.get().isPresent()
                ? CompletableFuture.failedFuture(
                    new Proposer.NotProposed("another server is just being let in"))
                : change(group, now -> Roster.admit(now, peerId, address)));
  }

  CompletableFuture<StoreGroup> remove(String nodeUid, boolean force) {
    return leading(
        group -> {
          StoreGroup now = group.view();
          boolean self = now.leader().filter(one -> one.nodeUid().equals(nodeUid)).isPresent();
          Optional<Member> successor = Roster.successor(now);
          if (self && Roster.remove(now, nodeUid, force).isPresent() && successor.isPresent()) {
            // Another one must do it; the asker comes again and finds it.
            return group
                .transferTo(successor.get(), CHANGE_MILLIS)
                .thenApply(
                    done -> {
                      throw new Proposer.NotProposed("leadership was handed over for that");
                    });
          }
          return change(group, then -> Roster.remove(then, nodeUid, force));
        });
  }

  private static CompletableFuture<StoreGroup> change(
      GroupAtLeader group, Function<StoreGroup, Optional<List<Member>>> decision) {
    StoreGroup now = group.view();
    Optional<List<Member>> then = decision.apply(now);
    if (then.isEmpty()) {
      return CompletableFuture.completedFuture(now);
    }
    // Said once it is so: while another change is under way it is asked for many times a second.
    return group
        .change(now, then.get(), CHANGE_MILLIS)
        .thenApply(
            done -> {
              LOG.info("the store's group became {}", Seat.describe(then.get()));
              return group.view();
            });
  }

  private CompletableFuture<StoreGroup> leading(
      Function<GroupAtLeader, CompletableFuture<StoreGroup>> action) {
    RaftNode current = node.get();
    if (current == null || !current.isReady()) {
      return CompletableFuture.failedFuture(
          new Proposer.NotProposed("this server does not lead the store"));
    }
    try {
      return action.apply(current.group());
    } catch (IOException closing) {
      return CompletableFuture.failedFuture(
          new Proposer.NotProposed("this server is closing: " + closing.getMessage()));
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }
}
