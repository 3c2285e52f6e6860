package dev.regrow.core.store;

import java.util.List;
import java.util.Optional;

/**
 * Who keeps the store, as its leader sees it: what {@code cluster status} shows.
 *
 * @param term of the leader; grows with each election
 * @param members voters and those who only listen, in order of their peer ids
 */
public record StoreGroup(long term, List<Member> members) {

  /** Who was not heard of for so long counts as gone, in milliseconds. */
  private static final long GONE_MILLIS = 3_000;

  public StoreGroup {
    members = List.copyOf(members);
  }

  /**
   * One server.
   *
   * @param peerId its name in the group; a server that lost its disk comes back under another
   * @param nodeUid whose server it is
   * @param address HOST:PORT of its store
   * @param witness whether it is there for its vote only
   * @param voter false: it listens, and votes once there is an odd number of voters with it
   * @param lag log entries that it is behind the leader; -1: not known
   * @param silentMillis since the leader heard of it; 0 for the leader; -1: not known
   */
  public record Member(
      String peerId,
      String nodeUid,
      String address,
      boolean witness,
      boolean voter,
      boolean leader,
      long lag,
      long silentMillis) {

    public boolean reachable() {
      return silentMillis >= 0 && silentMillis < GONE_MILLIS;
    }
  }

  public Optional<Member> leader() {
    return members.stream().filter(Member::leader).findFirst();
  }

  public List<Member> voters() {
    return members.stream().filter(Member::voter).toList();
  }

  /** How many more voters may fail before writing stops; -1: it has stopped. */
  public int failuresTolerated() {
    int voters = voters().size();
    int reachable = (int) voters().stream().filter(Member::reachable).count();
    return Math.max(-1, reachable - (voters / 2 + 1));
  }

  /** The members without a node's server. */
  public StoreGroup without(String nodeUid) {
    return new StoreGroup(
        term, members.stream().filter(member -> !member.nodeUid().equals(nodeUid)).toList());
  }

  /**
   * Judges whether a node's server may go.
   *
   * @param force also if what is left has no quorum of reachable servers
   * @throws MembershipRefused if nobody who votes would be left, or writing would stop
   */
  public void mayGo(String nodeUid, boolean force) {
    var then = without(nodeUid);
    if (then.voters().isEmpty()) {
      throw new MembershipRefused(
          "%s is the last server that votes, and all that is stored would go with it; let another join or be promoted first"
              .formatted(nodeUid));
    }
    if (!force && then.failuresTolerated() < 0) {
      throw new MembershipRefused(
          "without %s, %d of %d voting servers would be reachable and writing would stop; bring others back first"
              .formatted(
                  nodeUid,
                  then.voters().stream().filter(Member::reachable).count(),
                  then.voters().size()));
    }
  }

  /** One sentence about what a further failure would cost. */
  public String outlook() {
    int tolerated = failuresTolerated();
    if (tolerated < 0) {
      return "has no quorum: writes wait until a server is back";
    }
    if (tolerated == 0) {
      return voters().size() == 1
          ? "one server: stops writing while that one is down"
          : "loses quorum if one more server fails";
    }
    return "survives the failure of %d more %s"
        .formatted(tolerated, tolerated == 1 ? "server" : "servers");
  }
}
