package dev.regrow.core.membership;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collector;
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

  /** Whose word is to come first; what was declared settles it, so the others may not speak. */
  public enum Turn {
    /** Has the better claim. */
    FIRST(0),
    /** Others are more, or have seniority; unless they cannot commit. */
    SECOND(1),
    /** Sees all that are in trouble, so these should settle it: who can commit goes on. */
    THIRD(2);

    private final int before;

    Turn(int before) {
      this.before = before;
    }
  }

  /**
   * A proposal.
   *
   * @param dead addresses; empty when all see all
   */
  public record Proposal(Set<String> dead, Turn turn) {
    public Proposal {
      dead = Set.copyOf(dead);
    }

    /**
     * Who of them is to be declared dead by now. A process that has ended does not come back, so
     * there is nothing to wait for. Whose machine is silent is waited for until nobody's sight
     * changes any more, since a death is seen by several, one after the other. Whose machine
     * answers merely hangs, or has no time: that one gets longer.
     *
     * @param waited how long this proposal has stood as it is
     */
    public Verdict verdict(Signs signs, Duration waited, Patience patience) {
      var handicap = patience.turn().multipliedBy(turn.before);
      var silentAt = patience.settled().plus(handicap);
      var allAt = patience.hung().plus(handicap);
      boolean isSettled = waited.compareTo(silentAt) >= 0;
      boolean isOver = waited.compareTo(allAt) >= 0;
      var gone =
          dead.stream()
              .filter(
                  one ->
                      isOver
                          || signs.ended().contains(one)
                          || (isSettled && signs.silent().contains(one)))
              .collect(Collectors.toUnmodifiableSet());
      return new Verdict(gone, (isSettled ? allAt : silentAt).minus(waited));
    }
  }

  /**
   * What the machines of members say, whose processes do not answer.
   *
   * @param ended addresses of members whose machine refuses connections
   * @param silent addresses of members whose machine says nothing at all
   */
  public record Signs(Set<String> ended, Set<String> silent) {
    public Signs {
      ended = Set.copyOf(ended);
      silent = Set.copyOf(silent);
    }
  }

  /**
   * How long a proposal must have stood unchanged.
   *
   * @param settled before those whose machine is silent go
   * @param hung before those go whose machine answers, and their process does not
   * @param turn how much longer each turn after the first waits
   */
  public record Patience(Duration settled, Duration hung, Duration turn) {}

  /**
   * Who goes.
   *
   * @param dead addresses
   * @param again when to look again; not positive once all go
   */
  public record Verdict(Set<String> dead, Duration again) {}

  /**
   * Keeps this member's own side of a split, whole where it can: first all go that no chain of
   * members that see each other leads to; then, while two of the rest still do not see each other,
   * the one that most others have trouble with, the youngest of several. What remains all see each
   * other. Whoever would go by that proposes to stay, and those that it does not see to go, but
   * later: if it is still there to speak, the better claims could not be committed.
   */
  public static Proposal propose(View view) {
    var side = sideOf(view);
    var others = view.members().stream().filter(m -> !side.contains(m)).collect(Collectors.toSet());
    var dead = new HashSet<>(addresses(others));
    var fair = blamed(view, side);
    if (fair.contains(view.self())) {
      var seen =
          side.stream().filter(m -> isSelf(view, m) || seesSelf(view, m)).collect(toTreeSet());
      side.stream().filter(m -> !seen.contains(m)).forEach(m -> dead.add(m.address()));
      dead.addAll(blamed(view, seen));
      return new Proposal(dead, Turn.SECOND);
    }
    dead.addAll(fair);
    return new Proposal(dead, turn(view, side, others, dead));
  }

  private static Turn turn(View view, Set<Member> side, Set<Member> others, Set<String> dead) {
    if (isMinority(side, others)) {
      return Turn.SECOND;
    }
    boolean isConcerned =
        dead.isEmpty()
            || view.members().stream()
                .anyMatch(m -> dead.contains(m.address()) && !seesSelf(view, m));
    return isConcerned ? Turn.FIRST : Turn.THIRD;
  }

  /** Who has to go so that all others among these see each other. */
  private static Set<String> blamed(View view, Set<Member> among) {
    var kept = new TreeSet<>(among);
    var blamed = new HashSet<String>();
    for (var next = mostTroubled(view, kept); !next.isEmpty(); next = mostTroubled(view, kept)) {
      kept.remove(next.get(0));
      blamed.add(next.get(0).address());
    }
    return blamed;
  }

  private static boolean isSelf(View view, Member member) {
    return member.address().equals(view.self());
  }

  private static boolean seesSelf(View view, Member member) {
    return !view.sights().contains(new Blind(member.address(), view.self()))
        && !view.sights().contains(new Blind(view.self(), member.address()));
  }

  private static Collector<Member, ?, Set<Member>> toTreeSet() {
    return Collectors.toCollection(TreeSet::new);
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
