package dev.regrow.chaos.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.regrow.core.membership.Downing;
import dev.regrow.core.membership.Downs;
import dev.regrow.core.membership.Formation;
import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.RangeQuery;
import dev.regrow.core.store.Txn;
import dev.regrow.core.store.TxnResult;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredIncarnation;
import dev.regrow.v1.StoredNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A node's part in the cluster system: forms or joins as {@link Formation} says, and declares dead
 * whom {@link Downing} names, if the store agrees.
 */
final class Membership {

  private static final long PING = 500;
  private static final long BLIND = 2_500;
  private static final long AGAIN = 700;
  private static final long WILLING = 4_000;
  private static final Downing.Patience PATIENCE =
      new Downing.Patience(Duration.ofSeconds(1), Duration.ofSeconds(4), Duration.ofSeconds(1));

  private final SimulatedNode node;
  private final NodeStore store;
  private final Downs downs;
  private final Map<String, Long> heard = new HashMap<>();
  private final Map<String, Set<Downing.Blind>> told = new HashMap<>();
  private Set<String> dead = Set.of();
  private String self = "";
  private String cluster = "";
  private int lives;
  private long joiningSince;
  private long unanswered = -1;
  private Set<String> proposed = Set.of();
  private long proposedAt;
  private boolean declaring;

  Membership(SimulatedNode node, NodeStore store) {
    this.node = node;
    this.store = store;
    downs = new Downs(store);
  }

  /** The incarnation that it is in; empty: none yet. */
  String cluster() {
    return cluster;
  }

  String self() {
    return self;
  }

  void start() {
    follow();
    followIncarnation();
    enter();
    ping();
  }

  /** There is one cluster: who is in another leaves it. */
  private void followIncarnation() {
    new dev.regrow.core.membership.Membership(store)
        .followIncarnation(
            named -> {
              if (!cluster.isBlank() && !cluster.equals(named)) {
                enter();
              }
            },
            () -> node.later(0, this::followIncarnation));
  }

  private void follow() {
    downs.follow(this::obey, () -> node.later(0, this::follow));
  }

  private void obey(Set<String> declared) {
    dead = declared;
    if (dead.contains(self)) {
      enter();
    }
  }

  /** A new life of the cluster system. */
  private void enter() {
    self = "sim://%s#%d.%d".formatted(node.name, node.life(), ++lives);
    cluster = "";
    joiningSince = node.millis();
    unanswered = -1;
    node.jvm().hosting().rehost();
    register("", () -> form(self));
  }

  /** Writes the node's own record; tries until it is there. */
  private void register(String in, Runnable then) {
    var me = self;
    var key = Keys.node(node.uid);
    store
        .range(RangeQuery.key(key).linearizable())
        .thenCompose(
            found -> {
              var record =
                  StoredNode.newBuilder()
                      .setUid(node.uid)
                      .setName(node.name)
                      .addRoles("server")
                      .addRoles("worker")
                      .setMember(me)
                      .setCluster(in)
                      .setPhase(NodePhase.NODE_READY);
              var there = found.entries();
              Txn.Condition condition =
                  there.isEmpty()
                      ? new Txn.Condition.Absent(key)
                      : new Txn.Condition.ChangedAt(key, there.get(0).modIndex());
              return store.commit(
                  new Txn(
                      List.of(condition),
                      List.of(new Txn.Write.Put(key, record.build().toByteString()))));
            })
        .whenComplete(
            (result, failure) -> {
              if (!me.equals(self)) {
                return;
              }
              if (result instanceof TxnResult.Committed committed) {
                // This node's own replica is to know it before it acts on what that holds.
                store
                    .range(RangeQuery.key(key).atLeast(committed.index()))
                    .whenComplete((known, late) -> ifStill(me, then));
              } else {
                node.later(AGAIN, () -> ifStill(me, () -> register(in, then)));
              }
            });
  }

  private void ifStill(String life, Runnable task) {
    if (life.equals(self)) {
      task.run();
    }
  }

  private void form(String me) {
    store
        .range(RangeQuery.key(Keys.INCARNATION).linearizable())
        .thenCombine(
            store.range(RangeQuery.prefix(Keys.NODES).linearizable()),
            (named, nodes) -> {
              ifStill(me, () -> decide(me, named.entries(), nodes.entries()));
              return true;
            })
        .exceptionally(
            failure -> {
              node.later(AGAIN, () -> ifStill(me, () -> form(me)));
              return false;
            });
  }

  private void decide(String me, List<Entry> named, List<Entry> nodes) {
    var recorded =
        named.stream().findFirst().map(e -> new Formation.Recorded(incarnation(e), e.modIndex()));
    var peers =
        nodes.stream()
            .map(Membership::node)
            .filter(n -> !n.getUid().equals(node.uid) && n.getPhase() != NodePhase.NODE_DOWN)
            .map(n -> new Formation.Peer(n.getMember(), n.getCluster(), true))
            .toList();
    var candidate = new Formation.Candidate(me, node.uid, node.cluster.stage.now().wallMillis());
    var decision =
        Formation.decide(
            new Formation.Self(candidate, true),
            recorded,
            peers,
            new Formation.Outlook(unanswered));
    if (decision instanceof Formation.Decision.Form form) {
      commit(me, form.txn(), recorded.map(Formation.Recorded::modIndex).orElse(0L));
    } else if (decision instanceof Formation.Decision.Formed) {
      in(me, me);
    } else if (decision instanceof Formation.Decision.Join join) {
      join(me, join);
    }
  }

  private void commit(String me, Txn txn, long after) {
    store
        .commit(txn)
        .whenComplete(
            (result, failure) ->
                ifStill(
                    me,
                    () -> {
                      boolean anyway = node.has(Bug.TWO_CLUSTERS) && failure == null;
                      if (result instanceof TxnResult.Committed || anyway) {
                        node.cluster.audit.formed(node, me, after);
                        in(me, me);
                      } else {
                        node.later(AGAIN, () -> ifStill(me, () -> form(me)));
                      }
                    }));
  }

  private void in(String me, String incarnation) {
    register(
        incarnation,
        () -> {
          cluster = incarnation;
          heard.clear();
          node.jvm().hosting().rehost();
          node.jvm().agent().tellAll();
          lookAgain(me);
        });
  }

  /** News that came while this node was on its way went past it. */
  private void lookAgain(String me) {
    new dev.regrow.core.membership.Membership(store)
        .named()
        .whenComplete(
            (named, failure) ->
                ifStill(
                    me,
                    () -> {
                      if (failure != null) {
                        node.later(AGAIN, () -> lookAgain(me));
                      } else if (!cluster.equals(named)) {
                        enter();
                      }
                    }));
  }

  private void join(String me, Formation.Decision.Join join) {
    var named = join.named().incarnation().getUniqueAddress();
    if (node.millis() - joiningSince > WILLING) {
      unanswered = join.named().modIndex();
    }
    for (var other : node.cluster.nodes) {
      if (other != node) {
        node.send(
            other.number,
            at -> {
              var there = at.jvm().membership();
              if (there.cluster.equals(named) && join.addresses().contains(there.self)) {
                at.send(
                    node.number,
                    back ->
                        ifStill(
                            me,
                            () -> {
                              if (cluster.isEmpty()) {
                                cluster = " ";
                                in(me, named);
                              }
                            }));
              }
            });
      }
    }
    node.later(
        AGAIN,
        () ->
            ifStill(
                me,
                () -> {
                  if (cluster.isEmpty()) {
                    form(me);
                  }
                }));
  }

  private void ping() {
    var mine = sights();
    var me = self;
    for (var other : node.cluster.nodes) {
      if (other != node && !me.isEmpty()) {
        node.send(other.number, at -> at.jvm().membership().onPing(me, mine));
      }
    }
    judge(mine);
    node.later(PING, this::ping);
  }

  private void onPing(String from, Set<Downing.Blind> sights) {
    heard.put(from, node.millis());
    told.put(from, sights);
  }

  private Set<String> members() {
    var members = new HashSet<String>();
    for (var record : node.jvm().hosting().records()) {
      if (record.getCluster().equals(cluster)
          && record.getPhase() != NodePhase.NODE_DOWN
          && !dead.contains(record.getMember())) {
        members.add(record.getMember());
      }
    }
    return members;
  }

  private Set<Downing.Blind> sights() {
    if (cluster.isBlank()) {
      return Set.of();
    }
    var blind = new HashSet<Downing.Blind>();
    for (var member : members()) {
      long last = heard.computeIfAbsent(member, m -> node.millis());
      if (!member.equals(self) && node.millis() - last > BLIND) {
        blind.add(new Downing.Blind(self, member));
      }
    }
    return blind;
  }

  private void judge(Set<Downing.Blind> mine) {
    var members = members();
    if (cluster.isBlank() || !members.contains(self) || declaring) {
      return;
    }
    var sights = new HashSet<>(mine);
    told.forEach((from, blind) -> sights.addAll(members.contains(from) ? blind : Set.of()));
    if (sights.isEmpty()) {
      proposed = Set.of();
      return;
    }
    sights.removeIf(s -> !members.contains(s.observer()) || !members.contains(s.subject()));
    var asMembers = new HashSet<Downing.Member>();
    members.forEach(m -> asMembers.add(new Downing.Member(m, 0)));
    var proposal = Downing.propose(new Downing.View(self, asMembers, sights));
    if (!proposal.dead().equals(proposed)) {
      proposed = proposal.dead();
      proposedAt = node.millis();
    }
    if (proposed.isEmpty()) {
      return;
    }
    var verdict =
        proposal.verdict(signs(), Duration.ofMillis(node.millis() - proposedAt), PATIENCE);
    if (!verdict.dead().isEmpty()) {
      declaring = true;
      downs
          .declare(verdict.dead(), self, node.cluster.stage.now().wallMillis())
          .whenComplete((outcome, failure) -> declaring = false);
    }
  }

  /** What the machines of those say that are not heard. */
  private Downing.Signs signs() {
    var ended = new HashSet<String>();
    var silent = new HashSet<String>();
    for (var member : proposed) {
      for (var other : node.cluster.nodes) {
        if (member.startsWith("sim://" + other.name + "#")) {
          boolean reached =
              node.cluster.network.reaches(node.number, other.number)
                  && node.cluster.network.reaches(other.number, node.number);
          if (!reached) {
            silent.add(member);
          } else if (!other.isUp()) {
            ended.add(member);
          }
        }
      }
    }
    return new Downing.Signs(ended, silent);
  }

  static StoredNode node(Entry entry) {
    try {
      return StoredNode.parseFrom(entry.value());
    } catch (InvalidProtocolBufferException garbage) {
      throw new IllegalStateException(garbage);
    }
  }

  private static StoredIncarnation incarnation(Entry entry) {
    try {
      return StoredIncarnation.parseFrom(entry.value());
    } catch (InvalidProtocolBufferException garbage) {
      throw new IllegalStateException(garbage);
    }
  }
}
