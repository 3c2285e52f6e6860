package dev.regrow.actors.bootstrap;

import dev.regrow.actors.control.Refusal;
import dev.regrow.core.identity.ClusterAuthority;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.identity.Renewal;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import java.io.IOException;
import java.time.Instant;

/** Signs for new nodes, where this node has the cluster's authority. */
final class Admittance {

  private Admittance() {}

  /**
   * @throws Refusal if this node cannot let anybody in, or the request is not what it should be
   */
  static NodeJoinReply of(
      NodeIdentity identity, StoreGroup group, NodeJoinRequest request, NodeRole role) {
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
