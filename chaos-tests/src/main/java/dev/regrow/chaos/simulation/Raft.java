package dev.regrow.chaos.simulation;

import dev.regrow.core.store.Call;
import dev.regrow.core.store.TxnResult;
import dev.regrow.core.store.raft.LeaseBook;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One server's part of consensus, as the Raft paper has it: votes and entries count once they are
 * on disk, a new leader commits nothing before an entry of its own term, members change one at a
 * time. A server with an empty disk is somebody else, who listens until the leader has made it a
 * voter. One life of the JVM.
 */
final class Raft {

  private static final long HEARTBEAT = 200;
  private static final long PATIENCE = 700;
  private static final int BATCH = 256;

  private enum Role {
    FOLLOWER,
    CANDIDATE,
    LEADER
  }

  private record Asked(int index, Consumer<TxnResult> answer) {}

  private record Confirming(long round, Runnable then) {}

  private final RaftHost host;
  final Disk disk;
  private final LeaseBook book = new LeaseBook();
  private Set<Peer> voters = Set.of();
  private Role role = Role.FOLLOWER;
  private @Nullable Peer leader;
  private long heard = -PATIENCE;
  private long alarm;
  private int commit;
  private int applied;
  private int truncations;
  private final Set<Peer> granted = new HashSet<>();
  private final Map<Peer, Integer> next = new TreeMap<>();
  private final Map<Peer, Integer> match = new TreeMap<>();
  private final Map<Peer, Long> rounds = new HashMap<>();
  private final Set<Peer> listeners = new TreeSet<>();
  private final Map<Integer, List<Asked>> waiting = new HashMap<>();
  private final List<Confirming> confirming = new ArrayList<>();
  private int begun;
  private long round;

  Raft(RaftHost host, Disk disk) {
    this.host = host;
    this.disk = disk;
    readVoters();
  }

  void start() {
    armElection();
    present();
  }

  /** Who is no voter asks the leader to be taken in. */
  private void present() {
    if (!voters.contains(disk.self)) {
      var self = disk.self;
      var known = leader;
      if (known != null && host.millis() - heard < 2 * PATIENCE) {
        host.send(known, raft -> raft.onPresent(self));
      } else {
        for (int node = 0; node < 5; node++) {
          host.send(new Peer(node, -1), raft -> raft.onPresent(self));
        }
      }
    }
    host.later(500, this::present);
  }

  private void onPresent(Peer peer) {
    if (role == Role.LEADER && !peer.equals(disk.self)) {
      listeners.removeIf(one -> one.node() == peer.node() && !one.equals(peer));
      if (!voters.contains(peer) && listeners.add(peer)) {
        next.put(peer, disk.log.size() + 1);
        match.put(peer, 0);
      }
      changeVoters();
    }
  }

  boolean leads() {
    return role == Role.LEADER;
  }

  /** Whom it would ask. */
  @Nullable Peer leader() {
    return role == Role.LEADER ? disk.self : leader;
  }

  int commitIndex() {
    return commit;
  }

  Set<Peer> voters() {
    return voters;
  }

  private void readVoters() {
    voters = host.has(Bug.VOTE_FROM_EMPTY_LOG) ? host.founders() : Set.of();
    for (var entry : disk.log) {
      voters = entry.voters() == null ? voters : entry.voters();
    }
  }

  private void armElection() {
    long mine = ++alarm;
    host.later(
        host.between(PATIENCE, 2 * PATIENCE),
        () -> {
          if (mine == alarm && role != Role.LEADER) {
            campaign();
          }
        });
  }

  private void campaign() {
    armElection();
    if (!voters.contains(disk.self)) {
      return;
    }
    disk.term++;
    disk.votedFor = disk.self;
    role = Role.CANDIDATE;
    leader = null;
    granted.clear();
    granted.add(disk.self);
    long term = disk.term;
    int last = disk.log.size();
    long lastTerm = termAt(last);
    var self = disk.self;
    for (var peer : voters) {
      if (!peer.equals(self)) {
        host.send(peer, raft -> raft.onAsked(self, term, last, lastTerm));
      }
    }
    leadIfElected();
  }

  private void onAsked(Peer candidate, long term, int last, long lastTerm) {
    boolean content = leader != null && host.millis() - heard < PATIENCE;
    if (content || (role == Role.LEADER && term <= disk.term) || !voters.contains(disk.self)) {
      return;
    }
    follow(term);
    boolean newest =
        lastTerm > termAt(disk.log.size())
            || (lastTerm == termAt(disk.log.size()) && last >= disk.log.size());
    boolean free = disk.votedFor == null || disk.votedFor.equals(candidate);
    if (term == disk.term && newest && free) {
      disk.votedFor = candidate;
      armElection();
      var self = disk.self;
      host.send(candidate, raft -> raft.onVote(self, term));
    }
  }

  private void onVote(Peer voter, long term) {
    if (role == Role.CANDIDATE && term == disk.term) {
      granted.add(voter);
      leadIfElected();
    }
  }

  private void leadIfElected() {
    if (!majority(granted::contains)) {
      return;
    }
    role = Role.LEADER;
    leader = disk.self;
    next.clear();
    match.clear();
    rounds.clear();
    listeners.clear();
    for (var peer : voters) {
      next.put(peer, disk.log.size() + 1);
      match.put(peer, 0);
    }
    book.leads(disk.term, host.millis() * 1_000_000);
    begun = disk.log.size() + 1;
    add(new LogEntry(disk.term, null, null));
    beat(disk.term);
  }

  private void beat(long term) {
    if (role == Role.LEADER && disk.term == term) {
      tellAll();
      host.later(HEARTBEAT, () -> beat(term));
    }
  }

  private boolean majority(java.util.function.Predicate<Peer> of) {
    long yes = voters.stream().filter(of).count();
    return 2 * yes > voters.size();
  }

  private void add(LogEntry entry) {
    disk.log.add(entry);
    if (entry.voters() != null) {
      voters = entry.voters();
    }
    sync(this::advance);
  }

  /** Runs once all that is in the log now is on disk, if it is still there. */
  private void sync(Runnable then) {
    int upTo = disk.log.size();
    int then0 = truncations;
    boolean lies = host.has(Bug.ACKNOWLEDGE_BEFORE_FSYNC);
    host.later(
        lies ? 1_500 : disk.fsyncMillis,
        () -> {
          if (truncations == then0) {
            disk.synced = Math.max(disk.synced, upTo);
            if (!lies) {
              then.run();
            }
          }
        });
    if (lies) {
      host.later(0, then);
    }
  }

  private int written() {
    return host.has(Bug.ACKNOWLEDGE_BEFORE_FSYNC) ? disk.log.size() : disk.synced;
  }

  private void tellAll() {
    round++;
    for (var peer : voters) {
      tell(peer);
    }
    listeners.forEach(this::tell);
    confirm();
  }

  private void tell(Peer peer) {
    if (peer.equals(disk.self)) {
      return;
    }
    int before = next.computeIfAbsent(peer, p -> disk.log.size() + 1) - 1;
    var entries = List.copyOf(disk.log.subList(before, Math.min(disk.log.size(), before + BATCH)));
    var append = new Append(disk.self, disk.term, before, termAt(before), entries, commit, round);
    host.send(peer, raft -> raft.onAppend(append));
  }

  private void onAppend(Append told) {
    if (told.term() < disk.term) {
      reply(told, false, 0);
      return;
    }
    follow(told.term());
    role = Role.FOLLOWER;
    leader = told.leader();
    heard = host.millis();
    armElection();
    if (told.before() > disk.log.size() || termAt(told.before()) != told.beforeTerm()) {
      reply(told, false, Math.min(disk.log.size(), told.before() - 1));
      return;
    }
    boolean news = merge(told);
    int upTo = told.before() + told.entries().size();
    commit = Math.max(commit, Math.min(told.commit(), upTo));
    apply();
    if (news) {
      sync(() -> reply(told, true, Math.min(upTo, written())));
    } else {
      reply(told, true, Math.min(upTo, written()));
    }
  }

  private boolean merge(Append told) {
    boolean news = false;
    for (int i = 0; i < told.entries().size(); i++) {
      int index = told.before() + i + 1;
      var entry = told.entries().get(i);
      if (index <= disk.log.size() && termAt(index) != entry.term()) {
        disk.log.subList(index - 1, disk.log.size()).clear();
        disk.synced = Math.min(disk.synced, disk.log.size());
        truncations++;
        readVoters();
      }
      if (index > disk.log.size()) {
        disk.log.add(entry);
        voters = entry.voters() == null ? voters : entry.voters();
        news = true;
      }
    }
    return news;
  }

  private void reply(Append told, boolean fits, int upTo) {
    var self = disk.self;
    long term = disk.term;
    host.send(told.leader(), raft -> raft.onReply(self, term, fits, upTo, told.round()));
  }

  private void onReply(Peer from, long term, boolean fits, int upTo, long answered) {
    follow(term);
    if (role != Role.LEADER || term != disk.term || !next.containsKey(from)) {
      return;
    }
    rounds.merge(from, answered, Math::max);
    if (fits) {
      match.merge(from, upTo, Math::max);
      next.merge(from, upTo + 1, Math::max);
      advance();
      changeVoters();
    } else {
      next.put(from, Math.max(1, Math.min(next.get(from) - 1, upTo + 1)));
      tell(from);
    }
    confirm();
  }

  private void follow(long term) {
    if (term > disk.term) {
      disk.term = term;
      disk.votedFor = null;
      if (role == Role.LEADER) {
        waiting.clear();
        confirming.clear();
        armElection(); // Its own rang in vain while it led.
      }
      role = Role.FOLLOWER;
      leader = null;
    }
  }

  private void advance() {
    if (role != Role.LEADER) {
      return;
    }
    for (int index = disk.log.size(); index > commit && termAt(index) == disk.term; index--) {
      int candidate = index;
      if (majority(p -> p.equals(disk.self) ? written() >= candidate : matched(p) >= candidate)) {
        commit = index;
        apply();
        changeVoters();
        return;
      }
    }
  }

  private int matched(Peer peer) {
    return match.getOrDefault(peer, 0);
  }

  private void apply() {
    while (applied < commit) {
      applied++;
      var result = host.apply(applied, disk.log.get(applied - 1));
      var asked = waiting.remove(applied);
      if (asked != null) {
        asked.forEach(one -> one.answer().accept(result));
      }
    }
  }

  /** One at a time: out goes who is somebody else now, in comes who has caught up. */
  private void changeVoters() {
    boolean settled =
        commit >= begun
            && disk.log.subList(commit, disk.log.size()).stream().allMatch(e -> e.voters() == null);
    if (role != Role.LEADER || listeners.isEmpty() || !settled) {
      return;
    }
    for (var listener : listeners) {
      var wanted = new TreeSet<>(voters);
      boolean replaced = wanted.removeIf(voter -> voter.node() == listener.node());
      if (!replaced && host.servers().contains(listener.node()) && matched(listener) >= commit) {
        wanted.add(listener);
        replaced = true;
      }
      if (replaced) {
        listeners.removeIf(wanted::contains);
        // Not Set.copyOf, whose order is another in each JVM.
        add(new LogEntry(disk.term, null, Collections.unmodifiableSortedSet(wanted)));
        tellAll();
        return;
      }
    }
  }

  /** Answers nothing where it does not lead: who asked asks again. */
  void commit(Call call, Consumer<TxnResult> answer) {
    if (role == Role.LEADER) {
      add(new LogEntry(disk.term, call, null));
      int index = disk.log.size();
      waiting.computeIfAbsent(index, i -> new ArrayList<>()).add(new Asked(index, answer));
      tellAll();
    }
  }

  /** Runs once a majority has said since now that it leads, and all that was committed is known. */
  void confirmed(Runnable then) {
    if (role == Role.LEADER && commit >= begun) {
      confirming.add(new Confirming(round + 1, then));
      tellAll();
    }
  }

  private void confirm() {
    if (confirming.isEmpty()) {
      return;
    }
    var done =
        confirming.stream()
            .filter(
                one ->
                    majority(p -> p.equals(disk.self) || rounds.getOrDefault(p, 0L) >= one.round()))
            .toList();
    confirming.removeAll(done);
    done.forEach(one -> one.then().run());
  }

  @Override
  public String toString() {
    return "%s as %s in term %d, %d entries, %d committed, voters %s"
        .formatted(role, disk.self, disk.term, disk.log.size(), commit, voters);
  }

  LeaseBook book() {
    return book;
  }

  private long termAt(int index) {
    return index == 0 || index > disk.log.size() ? 0 : disk.log.get(index - 1).term();
  }
}
