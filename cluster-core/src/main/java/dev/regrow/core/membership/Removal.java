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
          "node %s has %d instances (%s%s); move them first: regrow node-ctl drain %s; or, if its machine is dead: regrow node-ctl remove --force %s"
              .formatted(
                  node.getName(),
                  living.size(),
                  String.join(", ", living.subList(0, Math.min(NAMED_MAX, living.size()))),
                  living.size() > NAMED_MAX ? ", ..." : "",
                  node.getName(),
                  node.getName()));
    }
    if (node.getScheduling() == NodeScheduling.OPEN && !isWitness(node)) {
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
          "node %s has the data of %d slots (%s%s), which would be lost; delete the volumes first, or give the data up: regrow node-ctl remove --force %s"
              .formatted(
                  node.getName(),
                  slots.size(),
                  String.join(", ", slots.subList(0, Math.min(NAMED_MAX, slots.size()))),
                  slots.size() > NAMED_MAX ? ", ..." : "",
                  node.getName()));
    }
  }

  /** Its system is declared dead with it, so that nobody waits for a failure detector. */
  static Txn txn(
      Entry entry,
      StoredNode node,
      @Nullable Entry downsEntry,
      StoredDowns downs,
      boolean force,
      long nowMillis) {
    var conditions = new ArrayList<Txn.Condition>();
    var writes = new ArrayList<Txn.Write>();
    conditions.add(new Txn.Condition.ChangedAt(entry.key(), entry.modIndex()));
    var removal =
        StoredRemoval.newBuilder()
            .setNodeUid(node.getUid())
            .setName(node.getName())
            .setAt(nowMillis)
            .setForced(force);
    writes.add(new Txn.Write.Put(Keys.removed(node.getUid()), removal.build().toByteString()));
    writes.add(new Txn.Write.Put(entry.key(), removed(node, nowMillis).toByteString()));
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

  private static boolean isWitness(StoredNode node) {
    return node.getRolesList().contains("witness");
  }
}
