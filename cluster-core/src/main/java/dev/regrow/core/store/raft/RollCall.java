package dev.regrow.core.store.raft;

import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreGroup.Member;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Asks each of the group whether it is there. */
final class RollCall {

  private static final long NOT_KNOWN = -1;

  private final String self;
  private final Function<String, CompletableFuture<Long>> termOf;

  /**
   * @param self HOST:PORT, which need not be asked
   * @param termOf asks a server; its answer shows that it is there
   */
  RollCall(String self, Function<String, CompletableFuture<Long>> termOf) {
    this.self = self;
    this.termOf = termOf;
  }

  /** What there is to know while nobody leads. */
  CompletableFuture<StoreGroup> of(StoreGroup known) {
    return all(known, member -> isThere(member).thenApply(there -> seen(member, there)));
  }

  /** As the leader sees the group; who does not answer now is gone, too. */
  CompletableFuture<StoreGroup> ofLeaders(StoreGroup known) {
    return all(
        known,
        member ->
            member.reachable()
                ? isThere(member).thenApply(there -> there ? member : seen(member, false))
                : CompletableFuture.completedFuture(member));
  }

  private static CompletableFuture<StoreGroup> all(
      StoreGroup known, Function<Member, CompletableFuture<Member>> ask) {
    var asked = known.members().stream().map(ask).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            all ->
                new StoreGroup(known.term(), asked.stream().map(CompletableFuture::join).toList()));
  }

  private CompletableFuture<Boolean> isThere(Member member) {
    return member.address().equals(self)
        ? CompletableFuture.completedFuture(true)
        : termOf.apply(member.address()).handle((term, failure) -> failure == null);
  }

  private static Member seen(Member member, boolean there) {
    return new Member(
        member.peerId(),
        member.nodeUid(),
        member.address(),
        member.witness(),
        member.voter(),
        false,
        NOT_KNOWN,
        there ? 0 : NOT_KNOWN);
  }
}
