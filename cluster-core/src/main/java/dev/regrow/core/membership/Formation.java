package dev.regrow.core.membership;

import dev.regrow.core.store.Keys;
import dev.regrow.core.store.Txn;
import dev.regrow.v1.StoredIncarnation;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

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

  /** The incarnation that the store names, and the index of its record. */
  public record Recorded(StoredIncarnation incarnation, long modIndex) {}

  /** What is known of joining the incarnation that the store names. */
  public enum Outlook {
    /** Nothing was tried yet. */
    UNTRIED,
    /** None of its nodes answered, for as long as the node was willing to ask. */
    NOBODY_ANSWERED
  }

  /** What to do, and why. */
  public sealed interface Decision {
    String reason();

    /** Commit this; if it is committed, form, else decide again. */
    record Form(Txn txn, String reason) implements Decision {}

    /** The record is this life's own already: form. */
    record Formed(String reason) implements Decision {}

    /** Join by any of these nodes' addresses. */
    record Join(List<String> addresses, String reason) implements Decision {
      public Join {
        addresses = List.copyOf(addresses);
      }
    }
  }

  /**
   * Decides from what the store names.
   *
   * @param others unique addresses of the other nodes' cluster systems that are not declared dead
   */
  public static Decision decide(
      Candidate self, Optional<Recorded> recorded, List<String> others, Outlook outlook) {
    if (recorded.isEmpty()) {
      return new Decision.Form(
          commit(self, new Txn.Condition.Absent(Keys.INCARNATION)), "no cluster was formed yet");
    }
    StoredIncarnation named = recorded.get().incarnation();
    if (named.getUniqueAddress().equals(self.uniqueAddress())) {
      return new Decision.Formed("the store names this node's cluster system");
    }
    boolean own = named.getNodeUid().equals(self.nodeUid());
    var replace = new Txn.Condition.ChangedAt(Keys.INCARNATION, recorded.get().modIndex());
    if (outlook == Outlook.NOBODY_ANSWERED) {
      return new Decision.Form(
          commit(self, replace), "nobody of " + named.getUniqueAddress() + "'s cluster answers");
    }
    if (own && others.isEmpty()) {
      return new Decision.Form(
          commit(self, replace), "the store names an earlier life of this node, which was alone");
    }
    // An earlier life of this node cannot be joined, but those that joined it may live.
    Stream<String> former = own ? Stream.empty() : Stream.of(named.getUniqueAddress());
    var addresses = new TreeSet<>(Stream.concat(former, others.stream()).toList());
    return new Decision.Join(
        List.copyOf(addresses), "the store names the cluster of " + named.getUniqueAddress());
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
