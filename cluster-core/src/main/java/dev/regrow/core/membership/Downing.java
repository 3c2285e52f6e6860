package dev.regrow.core.membership;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whom a member would declare dead, from who cannot see whom. It is only a proposal: the store
 * decides between those of several sides, by committing the first.
 */
public final class Downing {

  private Downing() {}

  /**
   * A member of the cluster.
   *
   * @param address its unique address, "pekko://regrow@10.0.0.1:7410#UID"
   * @param seniority the smaller, the longer it has been a member; after a tie the address decides
   */
  public record Member(String address, int seniority) implements Comparable<Member> {
    private static final Comparator<Member> OLDEST_FIRST =
        Comparator.comparingInt(Member::seniority).thenComparing(Member::address);

    @Override
    public int compareTo(Member other) {
      return OLDEST_FIRST.compare(this, other);
    }
  }

  /** One member's failure detector says that another one does not answer. */
  public record Blind(String observer, String subject) {}

  /** What a member knows: of some of these sights it learns late, and of others never. */
  public record View(String self, Set<Member> members, Set<Blind> sights) {
    public View {
      members = Set.copyOf(members);
      sights = Set.copyOf(sights);
    }
  }

  /**
   * A proposal.
   *
   * @param dead addresses; empty when all see all
   * @param inMinority others should have the first word: they are more, or as many with the oldest
   *     member among them
   */
  public record Proposal(Set<String> dead, boolean inMinority) {
    public Proposal {
      dead = Set.copyOf(dead);
    }

    /**
     * What can be declared at once: a process that has ended does not come back, so there is
     * nothing to wait for. Whoever merely does not answer may yet.
     *
     * @param ended addresses of members whose machine refuses connections
     */
    public Set<String> certain(Set<String> ended) {
      return dead.stream().filter(ended::contains).collect(Collectors.toUnmodifiableSet());
    }
  }

  /**
   * Keeps this member's own side of a split, whole where it can: first all go that no chain of
   * members that see each other leads to; then, while two of the rest still do not see each other,
   * the one that most others have trouble with, the youngest of several. What remains all see each
   * other.
   */
  public static Proposal propose(View view) {
    var side = sideOf(view);
    var others = view.members().stream().filter(m -> !side.contains(m)).collect(Collectors.toSet());
    var kept = new TreeSet<>(side);
    var dead = new HashSet<>(addresses(others));
    for (var blamed = mostTroubled(view, kept);
        !blamed.isEmpty();
        blamed = mostTroubled(view, kept)) {
      var gone = blamed.get(0);
      kept.remove(gone);
      dead.add(gone.address());
    }
    return new Proposal(dead, dead.contains(view.self()) || isMinority(side, others));
  }

  private static boolean isMinority(Set<Member> side, Set<Member> others) {
    if (side.size() != others.size()) {
      return side.size() < others.size();
    }
    return !others.isEmpty()
        && new TreeSet<>(others).first().compareTo(new TreeSet<>(side).first()) < 0;
  }

  /** Whom this member reaches over pairs that see each other. */
  private static Set<Member> sideOf(View view) {
    var reached = new TreeSet<Member>();
    var next = new ArrayDeque<Member>();
    view.members().stream().filter(m -> m.address().equals(view.self())).forEach(next::add);
    while (!next.isEmpty()) {
      var member = next.remove();
      if (reached.add(member)) {
        view.members().stream()
            .filter(other -> !reached.contains(other) && seeEachOther(view, member, other))
            .forEach(next::add);
      }
    }
    return reached;
  }

  /** The members in trouble with most others, the youngest first; empty when all see all. */
  private static List<Member> mostTroubled(View view, Set<Member> among) {
    long most = 0;
    var found = new ArrayList<Member>();
    for (var member : among) {
      long trouble =
          among.stream()
              .filter(other -> !other.equals(member) && !seeEachOther(view, member, other))
              .count();
      if (trouble > most) {
        most = trouble;
        found.clear();
      }
      if (trouble == most && most > 0) {
        found.add(member);
      }
    }
    found.sort(Comparator.reverseOrder());
    return found;
  }

  private static boolean seeEachOther(View view, Member one, Member other) {
    return !view.sights().contains(new Blind(one.address(), other.address()))
        && !view.sights().contains(new Blind(other.address(), one.address()));
  }

  private static Set<String> addresses(Set<Member> members) {
    return members.stream().map(Member::address).collect(Collectors.toSet());
  }
}
