package dev.regrow.actors.bootstrap;

import dev.regrow.actors.control.Refusal;
import dev.regrow.core.identity.ClusterAuthority;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.identity.Renewal;
import dev.regrow.core.membership.Names;
import dev.regrow.core.membership.Naming;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreMembership;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Signs for new nodes, where this node has the cluster's authority, and keeps their names for them.
 *
 * @param group as the store's leader sees it
 */
record Admittance(NodeIdentity identity, Store store, StoreMembership members, StoreGroup group) {

  /**
   * Nothing is given out before the name is kept.
   *
   * @return fails with {@link Refusal} if this node cannot let anybody in, the request is not what
   *     it should be, or another node has the name
   */
  CompletionStage<NodeJoinReply> admit(NodeJoinRequest request, NodeRole role) {
    var reply = signed(request, role);
    if (request.getName().isEmpty()) {
      return CompletableFuture.completedStage(reply); // Of a release that registers any name.
    }
    if (!Naming.isName(request.getName())) {
      throw new Refusal(
          Refusal.Kind.INVALID, "a join request names the node by an RFC 1123 label, as n4");
    }
    var asker =
        new Naming.Asker(request.getNodeUid(), request.getName(), request.getHostsList().get(0));
    return new Names(store)
        .claim(asker, group, uid -> members.remove(uid, false), System.currentTimeMillis())
        .thenApply(kept -> reply)
        .exceptionallyCompose(
            failure ->
                CompletableFuture.failedStage(
                    Closing.causeOf(failure) instanceof MembershipRefused taken
                        ? new Refusal(Refusal.Kind.CONFLICT, String.valueOf(taken.getMessage()))
                        : failure));
  }

  private NodeJoinReply signed(NodeJoinRequest request, NodeRole role) {
    var authority =
        ClusterAuthority.of(identity)
            .orElseThrow(
                () ->
                    new Refusal(
                        Refusal.Kind.UNAVAILABLE,
                        "this node is a worker and cannot let others in; join by a server"));
    var contacts = group.members().stream().map(StoreGroup.Member::address).toList();
    try {
      return authority.admit(request, role, contacts, Instant.now(), Renewal.lifetime());
    } catch (IllegalArgumentException wrong) {
      throw new Refusal(Refusal.Kind.INVALID, String.valueOf(wrong.getMessage()));
    } catch (IOException e) {
      throw new Refusal(
          Refusal.Kind.UNAVAILABLE, "the cluster's authority cannot be read: " + e.getMessage());
    }
  }
}
