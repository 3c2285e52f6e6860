package dev.regrow.actors.control;

import dev.regrow.actors.board.Board;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Store;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Member;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoreServer;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What a server can tell of the cluster while it is in none: what it holds, and who answers. */
public final class CutOff {

  private CutOff() {}

  /** Within some seconds; fails with a {@link Refusal}. */
  public static CompletionStage<Cluster> cluster(Store store) {
    var reads = new NodeReads(store, new Board(CutOff::now));
    return Refusals.of(reads.cluster(ReadPoint.LOCAL).thenApply(CutOff::seen));
  }

  private static Now now() {
    return new Now(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), System.currentTimeMillis());
  }

  /** Nobody has said anything of itself here: whoever's server answers is there. */
  private static Cluster seen(Cluster cluster) {
    Set<String> there =
        cluster.getStore().getServersList().stream()
            .filter(StoreServer::getReachable)
            .map(StoreServer::getNode)
            .collect(Collectors.toSet());
    var seen = cluster.toBuilder().clearMembers();
    for (Member member : cluster.getMembersList()) {
      boolean answers =
          member.getPhase() == NodePhase.NODE_UNREACHABLE && there.contains(member.getName());
      seen.addMembers(answers ? member.toBuilder().setPhase(NodePhase.NODE_READY).build() : member);
    }
    return seen.build();
  }
}
