package dev.regrow.actors.control;

import dev.regrow.core.membership.Membership;
import dev.regrow.core.membership.Removals;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreGroup;
import dev.regrow.core.store.StoreMembership;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Who keeps the store, and who is out for good, as people ask for it. */
final class ServerChanges {

  private static final String SERVER = "server";
  private static final String WORKER = "worker";
  private static final String WITNESS = "witness";
  private static final ReadPoint CONSISTENT = new ReadPoint(true, 0);

  private final Store store;
  private final NodeReads nodes;
  private final Membership membership;
  private final String self;
  private final Supplier<Now> clock;

  /**
   * @param self the unique address of the member that this runs on
   */
  ServerChanges(Store store, NodeReads nodes, String self, Supplier<Now> clock) {
    this.store = store;
    this.nodes = nodes;
    this.membership = new Membership(store);
    this.self = self;
    this.clock = clock;
  }

  CompletionStage<Node> promote(String name) {
    return nodes
        .node(name, CONSISTENT)
        .thenCompose(
            node -> {
              mayChange(node);
              return want(node, SERVER);
            });
  }

  CompletionStage<Node> demote(String name) {
    return nodes
        .node(name, CONSISTENT)
        .thenCombine(
            group(),
            (node, group) -> {
              mayChange(node);
              if (isServer(node)) {
                group.mayGo(node.getUid(), false);
              }
              return node;
            })
        .thenCompose(node -> want(node, WORKER));
  }

  /** The node itself does it, so it must be there; and a witness is one for ever. */
  private static void mayChange(Node node) {
    if (node.getRolesList().contains(WITNESS)) {
      throw new MembershipRefused(
          "node %s is a witness, and has nothing to run instances with; remove it, and let its machine join as another"
              .formatted(node.getName()));
    }
    if (node.getPhase() == NodePhase.NODE_DOWN || node.getPhase() == NodePhase.NODE_UNREACHABLE) {
      throw new MembershipRefused(
          "node %s does not answer, and it must make the change itself; bring it back first, or remove it"
              .formatted(node.getName()));
    }
  }

  private static boolean isServer(Node node) {
    return node.getRolesList().contains(SERVER);
  }

  private CompletionStage<Node> want(Node node, String role) {
    return membership
        .change(node.getUid(), stored -> stored.toBuilder().setWantedRole(role).build())
        .thenCompose(done -> nodes.node(node.getUid(), CONSISTENT));
  }

  /**
   * First its server leaves the store's group, then it is on record: a failure in between leaves no
   * server that the group still counts on, and a node that comes again by itself, to be removed
   * once more.
   */
  CompletionStage<Node> remove(String name, boolean force) {
    return nodes
        .node(name, CONSISTENT)
        .thenCombine(membership.nodes(), this::notSelf)
        .thenCompose(
            node -> {
              var removals = new Removals(store);
              return removals
                  .check(node.getUid(), force)
                  .thenCompose(fine -> leaveGroup(node))
                  .thenCompose(
                      out -> removals.remove(node.getUid(), force, clock.get().wallMillis()))
                  .thenApply(gone -> node);
            });
  }

  private Node notSelf(Node node, List<StoredNode> all) {
    boolean same =
        all.stream()
            .anyMatch(one -> one.getUid().equals(node.getUid()) && one.getMember().equals(self));
    if (same) {
      throw new MembershipRefused(
          "node %s cannot remove itself; ask another node: --address".formatted(node.getName()));
    }
    return node;
  }

  /** Never by force: a group without a quorum could not even note it. */
  private CompletionStage<Void> leaveGroup(Node node) {
    if (!(store instanceof StoreMembership servers)) {
      return CompletableFuture.completedFuture(null);
    }
    return group()
        .thenCompose(
            group -> {
              boolean keeps =
                  group.members().stream()
                      .anyMatch(member -> member.nodeUid().equals(node.getUid()));
              return keeps
                  ? servers.remove(node.getUid(), false).thenAccept(then -> {})
                  : CompletableFuture.completedFuture(null);
            });
  }

  private CompletionStage<StoreGroup> group() {
    return store instanceof StoreMembership servers
        ? servers.group()
        : CompletableFuture.failedFuture(
            new MembershipRefused("this store has no servers that come and go"));
  }
}
