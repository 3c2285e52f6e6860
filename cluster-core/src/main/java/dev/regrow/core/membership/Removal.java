package dev.regrow.core.membership;

import dev.regrow.core.store.Entry;
import dev.regrow.core.store.Keys;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.Txn;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.NodeScheduling;
import dev.regrow.v1.StoredDown;
import dev.regrow.v1.StoredDowns;
import dev.regrow.v1.StoredNode;
import dev.regrow.v1.StoredRemoval;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a node may be taken out of the cluster for good, and what that writes. Pure.
 *
 * <p>Its record stays, marked, until nothing is assigned to it any more: whoever placed something
 * there meanwhile finds it lost. That it was removed is on record for ever.
 */
final class Removal {

  /** Instances that a refusal names. */
  private static final int NAMED_MAX = 5;

  private Removal() {}

  /**
   * @param living what is assigned to it and has not ended, as {@code default/web-1}
   * @param force it is dead: what it has is not waited for
   * @throws MembershipRefused if something would be lost
   */
  static void judge(StoredNode node, List<String> living, boolean force) {
    if (force) {
      return;
    }
    if (!living.isEmpty()) {
      throw new MembershipRefused(
          "node %s has %d instances (%s); move them first: regrow node-ctl drain %s; or, if its machine is dead: regrow node-ctl remove --force %s"
              .formatted(
                  node.getName(), living.size(), named(living), node.getName(), node.getName()));
    }
    if (node.getScheduling() == NodeScheduling.OPEN && !Naming.isWitness(node)) {
      throw new MembershipRefused(
          "node %s still takes new instances; first: regrow node-ctl drain %s"
              .formatted(node.getName(), node.getName()));
    }
  }

  /**
   * @param slots whose data it has, as {@code default/data/db-0}
   * @throws MembershipRefused if that would be lost
   */
  static void judgeData(StoredNode node, List<String> slots, boolean force) {
    if (!force && !slots.isEmpty()) {
      throw new MembershipRefused(
          "node %s has the data of %d slots (%s), which would be lost; delete the volumes first, or give the data up: regrow node-ctl remove --force %s"
              .formatted(node.getName(), slots.size(), named(slots), node.getName()));
    }
  }

  /**
   * Judges a node whose name another takes: nobody has said that its machine is dead.
   *
   * @param slots whose data it has, as {@code default/data/db-0}
   * @param unsure exclusive instances that live on no lease, as {@code default/web-1}
   * @throws MembershipRefused if it is not down, or something would be lost or might run twice
   */
  static void judgeFormer(StoredNode node, List<String> slots, List<String> unsure) {
    if (node.getPhase() != NodePhase.NODE_DOWN && !Naming.isWitness(node)) {
      throw new MembershipRefused(Naming.called(node) + " is back; give this one another --name");
    }
    if (!slots.isEmpty() || !unsure.isEmpty()) {
      throw new MembershipRefused(
          "%s is down and %s; bring it back, give this one another --name, or, if that machine is gone for good, first: regrow node-ctl remove --force %s"
              .formatted(
                  Naming.called(node),
                  slots.isEmpty()
                      ? "may still run %s, exclusive and started without a lease"
                          .formatted(named(unsure))
                      : "has the data of %d slots (%s)".formatted(slots.size(), named(slots)),
                  node.getName()));
    }
  }

  private static String named(List<String> all) {
    return String.join(", ", all.subList(0, Math.min(NAMED_MAX, all.size())))
        + (all.size() > NAMED_MAX ? ", ..." : "");
  }

  /**
   * How a node goes.
   *
   * @param force people say that it is dead: what it has is not waited for
   * @param successor the uid of the node that takes its name; empty: none does
   */
  record Manner(boolean force, String successor) {

    static Manner asked(boolean force) {
      return new Manner(force, "");
    }
  }

  /**
   * Its system is declared dead with it, so that nobody waits for a failure detector; its name is
   * free.
   */
  static Txn txn(
      Entry entry,
      StoredNode node,
      @Nullable Entry downsEntry,
      StoredDowns downs,
      Manner manner,
      long nowMillis) {
    var conditions = new ArrayList<Txn.Condition>();
    var writes = new ArrayList<Txn.Write>();
    conditions.add(new Txn.Condition.ChangedAt(entry.key(), entry.modIndex()));
    var removal =
        StoredRemoval.newBuilder()
            .setNodeUid(node.getUid())
            .setName(node.getName())
            .setAt(nowMillis)
            .setForced(manner.force())
            .setSuccessor(manner.successor());
    writes.add(new Txn.Write.Put(Keys.removed(node.getUid()), removal.build().toByteString()));
    writes.add(new Txn.Write.Put(entry.key(), removed(node, nowMillis).toByteString()));
    if (!node.getName().isEmpty()) {
      writes.add(new Txn.Write.Delete(Keys.name(node.getName())));
    }
    boolean declared =
        downs.getDownsList().stream().anyMatch(down -> down.getMember().equals(node.getMember()));
    if (!node.getMember().isEmpty() && !declared) {
      conditions.add(
          downsEntry == null
              ? new Txn.Condition.Absent(Keys.DOWNS)
              : new Txn.Condition.ChangedAt(Keys.DOWNS, downsEntry.modIndex()));
      var after =
          downs.toBuilder()
              .addDowns(
                  StoredDown.newBuilder()
                      .setMember(node.getMember())
                      .setNodeUid(node.getUid())
                      .setAt(nowMillis)
                      .setBy("removal"));
      writes.add(new Txn.Write.Put(Keys.DOWNS, after.build().toByteString()));
    }
    return new Txn(conditions, writes);
  }

  private static StoredNode removed(StoredNode node, long nowMillis) {
    return Absence.over(node).toBuilder()
        .setRemovedAt(nowMillis)
        .setPhase(NodePhase.NODE_DOWN)
        .setScheduling(NodeScheduling.CORDONED)
        .clearCluster()
        .build();
  }

  /**
   * Drops a record of a removed node, and what it speaks of; not if either changed since: another
   * server may have dropped them already, and the slot have begun anew elsewhere.
   *
   * @param own what the record speaks of; null: there is none, or it is another node's by now
   */
  static Txn dropped(Entry record, @Nullable Entry own) {
    var both = own == null ? List.of(record) : List.of(record, own);
    return new Txn(
        both.stream().map(Removal::unchanged).toList(),
        both.stream().<Txn.Write>map(entry -> new Txn.Write.Delete(entry.key())).toList());
  }

  /** The last of it: that it was removed stays on record. */
  static Txn forgotten(Entry node) {
    return dropped(node, null);
  }

  private static Txn.Condition unchanged(Entry entry) {
    return new Txn.Condition.ChangedAt(entry.key(), entry.modIndex());
  }
}
