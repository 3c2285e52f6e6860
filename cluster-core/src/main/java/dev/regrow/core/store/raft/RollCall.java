package dev.regrow.core.store.raft;

import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreGroup.Member;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Asks each of the group whether it is there: what there is to know while nobody leads it. */
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

  CompletableFuture<StoreGroup> of(StoreGroup known) {
    var asked = known.members().stream().map(this::asked).toList();
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            all ->
                new StoreGroup(known.term(), asked.stream().map(CompletableFuture::join).toList()));
  }

  private CompletableFuture<Member> asked(Member member) {
    return member.address().equals(self)
        ? CompletableFuture.completedFuture(seen(member, true))
        : termOf.apply(member.address()).handle((term, failure) -> seen(member, failure == null));
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
