package dev.regrow.core.membership;

import dev.regrow.core.store.MembershipRefused;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredName;
import dev.regrow.v1.StoredNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a node may have a name: one node has it at a time. Pure.
 *
 * <pre>
 *   free ──join──▶ kept for who is let in ──registered──▶ had
 *    ▲                  │ a minute                         │ removed, or down and replaced
 *    └──────────────────┴──────────────────────────────────┘
 * </pre>
 */
public final class Naming {

  /** How long a name is kept for a node that was let in and has not registered yet. */
  static final Duration KEPT = Duration.ofMinutes(1);

  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final String WITNESS = "witness";

  private Naming() {}

  /**
   * Who wants a name.
   *
   * @param host where it is reached, without a port
   */
  public record Asker(String uid, String name, String host) {}

  /**
   * What is stored.
   *
   * @param nodes all, those that were removed, too
   * @param claim who came in last under the name; null: nobody
   * @param voting the uids of witnesses that the store's leader hears: nobody else can tell
   */
  record Known(List<StoredNode> nodes, @Nullable StoredName claim, Set<String> voting) {}

  /** Whether it can be the name of a node: an RFC 1123 label. */
  public static boolean isName(String text) {
    return text.matches(LABEL);
  }

  /**
   * Judges a node that comes in.
   *
   * @return who has the name and is down: it is taken out first
   * @throws MembershipRefused if somebody has it who lives, or is about to have it
   */
  static List<StoredNode> judge(Asker asker, Known known, long nowMillis) {
    var others =
        known.nodes().stream()
            .filter(node -> node.getName().equals(asker.name()) && node.getRemovedAt() == 0)
            .filter(node -> !node.getUid().equals(asker.uid()))
            .toList();
    others.stream()
        .filter(node -> !isDown(node, known.voting()))
        .findFirst()
        .ifPresent(
            node -> {
              throw new MembershipRefused(taken(node));
            });
    if (others.isEmpty() && known.claim() != null) {
      judge(asker, known.claim(), known.nodes(), nowMillis);
    }
    return others;
  }

  /**
   * Judges a node that is in and calls itself so from now on: it takes nobody's name.
   *
   * @throws MembershipRefused if somebody has it
   */
  static void judgeRegistration(Asker asker, Known known, long nowMillis) {
    judge(asker, known, nowMillis).stream()
        .findFirst()
        .ifPresent(
            node -> {
              throw new MembershipRefused(
                  "%s has that name; give this one another --name, or, if that machine is gone for good, first: regrow node-ctl remove --force %s"
                      .formatted(called(node), node.getName()));
            });
  }

  /** A machine that asks again after its answer was lost asks as another node. */
  private static void judge(Asker asker, StoredName claim, List<StoredNode> nodes, long nowMillis) {
    boolean itself = claim.getNodeUid().equals(asker.uid()) || claim.getHost().equals(asker.host());
    boolean known = nodes.stream().anyMatch(node -> node.getUid().equals(claim.getNodeUid()));
    boolean young = Math.abs(nowMillis - claim.getClaimedAt()) < KEPT.toMillis();
    if (!itself && !known && young) {
      throw new MembershipRefused(
          "a node called %s at %s is just coming in; give this one another --name, or try again in a minute if that one is not to be"
              .formatted(asker.name(), claim.getHost()));
    }
  }

  private static boolean isDown(StoredNode node, Set<String> voting) {
    return isWitness(node)
        ? !voting.contains(node.getUid())
        : node.getPhase() == NodePhase.NODE_DOWN;
  }

  static boolean isWitness(StoredNode node) {
    return node.getRolesList().contains(WITNESS);
  }

  /** As refusals call it; a witness has no gateway and so no address. */
  static String called(StoredNode node) {
    var where = node.getAddress().isEmpty() ? "" : " at " + node.getAddress();
    return "a node called " + node.getName() + where;
  }

  private static String taken(StoredNode node) {
    boolean entered = isWitness(node) || !node.getMember().isEmpty();
    if (entered && node.getAwayUntil() == 0) {
      return called(node) + " is up already; give this one another --name";
    }
    return "%s %s and keeps its name; give this one another --name, or, if that machine is gone for good, first: regrow node-ctl remove --force %s"
        .formatted(
            called(node),
            entered
                ? "is to be back by " + Instant.ofEpochMilli(node.getAwayUntil())
                : "has not been up yet",
            node.getName());
  }
}
