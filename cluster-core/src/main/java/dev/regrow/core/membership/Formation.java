package dev.regrow.core.membership;

import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Txn;
import dev.regrow.v1.StoredIncarnation;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who forms the cluster system and who joins it. Only the node that commits its own unique address
 * as {@code cluster/incarnation} forms one; so two can never form at once, whoever sees whom.
 */
public final class Formation {

  private Formation() {}

  /**
   * A node that wants into the cluster.
   *
   * @param uniqueAddress of this life of its cluster system; another one after each restart
   */
  public record Candidate(String uniqueAddress, String nodeUid, long startedAtMillis) {}

  /** Who decides. */
  public record Self(Candidate candidate, boolean server) {}

  /** The incarnation that the store names, and the index of its record. */
  public record Recorded(StoredIncarnation incarnation, long modIndex) {}

  /**
   * Another node's cluster system that is not declared dead.
   *
   * @param member its unique address
   * @param cluster the incarnation that it says to be up in; empty: it is on its way
   * @param server whether it keeps the store
   */
  public record Peer(String member, String cluster, boolean server) {
    private boolean isIn(StoredIncarnation named) {
      return cluster.equals(named.getUniqueAddress()) || member.equals(named.getUniqueAddress());
    }
  }

  /**
   * What is known of joining the incarnation that the store names.
   *
   * @param unanswered index of the record of an incarnation of which nobody answered, for as long
   *     as this node was willing to ask. Of any other that says nothing
   */
  public record Outlook(long unanswered) {
    public static final Outlook UNTRIED = new Outlook(-1);
  }

  /** What to do, and why. */
  public sealed interface Decision {
    String reason();

    /** Commit this; if it is committed, form, else decide again. */
    record Form(Txn txn, String reason) implements Decision {}

    /** The record is this life's own already: form. */
    record Formed(String reason) implements Decision {}

    /**
     * Join by any of these nodes' addresses.
     *
     * @param named the incarnation that they are in
     */
    record Join(List<String> addresses, Recorded named, String reason) implements Decision {
      public Join {
        addresses = List.copyOf(addresses);
      }

      /**
       * Whether joining has to wait. Of a cluster that lives, whoever does not hear all would be
       * thrown out again by those that do; and those that are dead will be declared so soon.
       *
       * @param answering whose machines answer
       * @param silent whose machines say nothing: dead, or cut off from this node
       */
      public boolean mustWait(Set<String> answering, Set<String> silent) {
        return addresses.stream().anyMatch(answering::contains)
            && addresses.stream().anyMatch(silent::contains);
      }
    }
  }

  /**
   * Decides from what the store names.
   *
   * <p>After a whole cluster has died, its nodes come back one by one, and each says so before it
   * asks: so as soon as nobody claims any more to be in the incarnation that the store names, a new
   * one may be formed, without waiting for answers. The claims of who does not come back are tried
   * first, and believed for good while they are those of a majority: then it is this node that is
   * cut off.
   */
  public static Decision decide(
      Self self, Optional<Recorded> recorded, List<Peer> peers, Outlook outlook) {
    var candidate = self.candidate();
    if (recorded.isEmpty()) {
      return new Decision.Form(
          commit(candidate, new Txn.Condition.Absent(Keys.INCARNATION)),
          "no cluster was formed yet");
    }
    StoredIncarnation named = recorded.get().incarnation();
    if (named.getUniqueAddress().equals(candidate.uniqueAddress())) {
      return new Decision.Formed("the store names this node's cluster system");
    }
    var replace = new Txn.Condition.ChangedAt(Keys.INCARNATION, recorded.get().modIndex());
    var inside = peers.stream().filter(peer -> peer.isIn(named)).toList();
    if (inside.isEmpty()) {
      return new Decision.Form(
          commit(candidate, replace),
          "nobody is left in the cluster of " + named.getUniqueAddress());
    }
    if (outlook.unanswered() == recorded.get().modIndex() && !isMajority(self, inside, peers)) {
      return new Decision.Form(
          commit(candidate, replace),
          "nobody of the cluster of " + named.getUniqueAddress() + " answers");
    }
    return new Decision.Join(
        inside.stream().map(Peer::member).sorted().toList(),
        recorded.get(),
        "the store names the cluster of " + named.getUniqueAddress());
  }

  private static boolean isMajority(Self self, List<Peer> inside, List<Peer> peers) {
    long servers = peers.stream().filter(Peer::server).count() + (self.server() ? 1 : 0);
    return 2 * inside.stream().filter(Peer::server).count() > servers;
  }

  private static Txn commit(Candidate self, Txn.Condition condition) {
    var incarnation =
        StoredIncarnation.newBuilder()
            .setUniqueAddress(self.uniqueAddress())
            .setNodeUid(self.nodeUid())
            .setStartedAt(self.startedAtMillis())
            .build();
    return new Txn(
        List.of(condition),
        List.of(new Txn.Write.Put(Keys.INCARNATION, incarnation.toByteString())));
  }
}
