package dev.regrow.core.store;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import dev.regrow.core.identity.CertifiedNode;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.NodeScheduling;
import dev.regrow.v1.StoredAssignment;
import dev.regrow.v1.StoredDown;
import dev.regrow.v1.StoredDowns;
import dev.regrow.v1.StoredIncarnation;
import dev.regrow.v1.StoredName;
import dev.regrow.v1.StoredNode;
import dev.regrow.v1.StoredPlace;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node may do with the store over the wire, by what its certificate says of it: allowed
 * (empty), or why not.
 *
 * <p>A server may all. A worker reads the nodes and their names, what is said of the cluster and
 * its own assignments; it writes its own record, what it claims and whom it declares dead. Nothing
 * else is open to it, so what is stored one day (the contents of configs and secrets) is closed
 * from the first. A witness holds what it votes on, so it reads all; it writes its own record
 * alone.
 */
public final class Permissions {

  private static final List<String> OPEN_KEYS = List.of(Keys.META, Keys.INCARNATION, Keys.DOWNS);

  private Permissions() {}

  /** The store as it is where the decision is taken. */
  @FunctionalInterface
  public interface Present {
    /** What the key holds; null: nothing. */
    @Nullable Entry get(String key);
  }

  /** Whether it may read the keys from {@code from} to {@code to}. */
  public static Optional<String> range(CertifiedNode by, String from, String to, Present present) {
    if (by.role().keepsStore() || isOpen(by, from, to) || isOwnAssignment(by, from, to, present)) {
      return Optional.empty();
    }
    return denied(by, "read " + shown(from));
  }

  /** Whether it may follow the changes of the keys that begin so. */
  public static Optional<String> watch(CertifiedNode by, String prefix) {
    boolean open =
        by.role().keepsStore()
            || OPEN_KEYS.stream().anyMatch(prefix::startsWith)
            || prefix.startsWith(Keys.NODES)
            || prefix.startsWith(Keys.nodeAssignments(by.uid()))
            || prefix.startsWith(Keys.nodeVolumes(by.uid()));
    return open ? Optional.empty() : denied(by, "watch " + shown(prefix));
  }

  private static boolean isOpen(CertifiedNode by, String from, String to) {
    return OPEN_KEYS.stream().anyMatch(key -> isWithin(from, to, key, key + "\0"))
        || isBelow(from, to, Keys.NODES)
        || isBelow(from, to, Keys.NAMES)
        || isBelow(from, to, Keys.nodeAssignments(by.uid()))
        || isBelow(from, to, Keys.nodeVolumes(by.uid()));
  }

  private static boolean isBelow(String from, String to, String prefix) {
    return isWithin(from, to, prefix, RangeQuery.prefix(prefix).to());
  }

  private static boolean isWithin(String from, String to, String first, String end) {
    return from.compareTo(first) >= 0 && to.compareTo(end) <= 0;
  }

  private static boolean isOwnAssignment(
      CertifiedNode by, String from, String to, Present present) {
    if (!from.startsWith(Keys.ASSIGNMENTS) || !to.equals(from + "\0")) {
      return false;
    }
    Entry entry = present.get(from);
    return entry != null
        && parsed(StoredAssignment.parser(), entry)
            .filter(assignment -> assignment.getNodeUid().equals(by.uid()))
            .isPresent();
  }

  /**
   * Whether it may be told what that instance sees of declared objects: who runs it, and servers. A
   * witness may not: it holds what is stored, but not what is sealed.
   *
   * @param assignment the key of its assignment
   */
  public static Optional<String> contents(CertifiedNode by, String assignment, Present present) {
    boolean own = isOwnAssignment(by, assignment, assignment + "\0", present);
    return by.role() == NodeRole.SERVER || (by.role() == NodeRole.WORKER && own)
        ? Optional.empty()
        : denied(by, "read the contents of " + shown(assignment));
  }

  /** Whether it may have the keys of secrets. */
  public static Optional<String> keys(CertifiedNode by) {
    return by.role() == NodeRole.SERVER ? Optional.empty() : denied(by, "have the keys of secrets");
  }

  /** Whether it may ask for that transaction. */
  public static Optional<String> commit(CertifiedNode by, Txn txn, Present present) {
    if (by.role() == NodeRole.SERVER) {
      return Optional.empty();
    }
    if (txn.indexAtLeast() != 0) {
      return denied(by, "choose the index of what it writes");
    }
    for (Txn.Condition condition : txn.conditions()) {
      Optional<String> refusal = range(by, condition.key(), condition.key() + "\0", present);
      if (refusal.isPresent()) {
        return refusal; // Else whether a key exists could be found out by asking.
      }
    }
    return txn.writes().stream()
        .filter(write -> !mayWrite(by, write, txn, present))
        .findFirst()
        .flatMap(write -> denied(by, what(by, write)));
  }

  private static String what(CertifiedNode by, Txn.Write write) {
    return write instanceof Txn.Write.Put put && put.key().equals(Keys.node(by.uid()))
        ? parsed(StoredNode.parser(), put)
            .map(StoredNode::getAddress)
            .filter(address -> !isOwnAddress(by, address))
            .map(address -> elsewhere(by, address))
            .orElse("write its record so")
        : "write " + shown(write.key()) + " so";
  }

  private static String elsewhere(CertifiedNode by, String address) {
    return "be reached at %s: it joined to be reached at %s, and its certificate says so; start it with that --bind, or remove it (regrow node-ctl remove) and let it join anew"
        .formatted(address, String.join(", ", by.hosts()));
  }

  /** Where it says that it is others send it what they were given, tokens too. */
  private static boolean isOwnAddress(CertifiedNode by, String address) {
    return address.isEmpty() || by.mayBeAt(address);
  }

  private static boolean mayWrite(CertifiedNode by, Txn.Write write, Txn txn, Present present) {
    if (!(write instanceof Txn.Write.Put put)) {
      return isDeletedVolume(by, write.key(), txn, present);
    }
    if (put.key().equals(Keys.node(by.uid()))) {
      return isOwnRecord(by, put, txn, present) || isDeclaredDown(put, txn, present);
    }
    if (put.key().startsWith(Keys.NAMES)) {
      return isOwnName(by, put, txn, present);
    }
    if (by.role() != NodeRole.WORKER) {
      return false;
    }
    if (put.key().equals(Keys.INCARNATION)) {
      return parsed(StoredIncarnation.parser(), put)
          .filter(claim -> claim.getNodeUid().equals(by.uid()))
          .isPresent();
    }
    if (put.key().equals(Keys.DOWNS)) {
      return isOwnDeclaration(by, put, txn, present);
    }
    return put.key().startsWith(Keys.NODES) && isDeclaredDown(put, txn, present);
  }

  /** Of data that it was told to delete it says that it did. */
  private static boolean isDeletedVolume(CertifiedNode by, String key, Txn txn, Present present) {
    Entry entry = present.get(key);
    return by.role() == NodeRole.WORKER
        && key.startsWith(Keys.nodeVolumes(by.uid()))
        && entry != null
        && isCurrent(key, txn, present)
        && parsed(StoredPlace.parser(), entry)
            .filter(place -> place.getDeletedAt() > 0)
            .isPresent();
  }

  /**
   * Of itself it says what it likes, but not that it is more, or elsewhere, or wanted otherwise by
   * people.
   */
  private static boolean isOwnRecord(
      CertifiedNode by, Txn.Write.Put put, Txn txn, Present present) {
    var after = parsed(StoredNode.parser(), put);
    if (after.isEmpty() || !isCurrent(put.key(), txn, present)) {
      return false;
    }
    Entry entry = present.get(put.key());
    var before =
        (entry == null ? Optional.<StoredNode>empty() : parsed(StoredNode.parser(), entry))
            .orElse(StoredNode.getDefaultInstance());
    return after.get().getUid().equals(by.uid())
        && Set.of(by.role().text()).containsAll(after.get().getRolesList())
        && isOwnAddress(by, after.get().getAddress())
        && isOwnScheduling(before, after.get())
        && after.get().getWantedRole().equals(before.getWantedRole())
        && after.get().getRemovedAt() == before.getRemovedAt();
  }

  /** It takes a name that nobody has, along with its record that says so. */
  private static boolean isOwnName(CertifiedNode by, Txn.Write.Put put, Txn txn, Present present) {
    var name = put.key().substring(Keys.NAMES.length());
    Entry entry = present.get(put.key());
    boolean free =
        entry == null
            || parsed(StoredName.parser(), entry)
                .filter(claim -> isFree(by, name, claim, present))
                .isPresent();
    return free
        && isCurrent(put.key(), txn, present)
        && parsed(StoredName.parser(), put)
            .filter(claim -> claim.getNodeUid().equals(by.uid()))
            .isPresent()
        && txn.writes().stream()
            .filter(write -> write.key().equals(Keys.node(by.uid())))
            .anyMatch(
                write ->
                    write instanceof Txn.Write.Put own
                        && parsed(StoredNode.parser(), own)
                            .filter(node -> node.getName().equals(name))
                            .isPresent());
  }

  private static boolean isFree(CertifiedNode by, String name, StoredName claim, Present present) {
    Entry holder = present.get(Keys.node(claim.getNodeUid()));
    return claim.getNodeUid().equals(by.uid())
        || holder == null
        || parsed(StoredNode.parser(), holder)
            .filter(node -> node.getRemovedAt() > 0 || !node.getName().equals(name))
            .isPresent();
  }

  /**
   * As its machine goes it may drain itself, and it may open again what it had closed itself then:
   * nothing that people wanted of it is changed by that.
   */
  private static boolean isOwnScheduling(StoredNode before, StoredNode after) {
    boolean same =
        after.getScheduling() == before.getScheduling()
            && after.getDrainUntil() == before.getDrainUntil()
            && after.getLeaving() == before.getLeaving();
    boolean closedItself = before.getLeaving() || before.getScheduling() == NodeScheduling.OPEN;
    boolean leaves =
        after.getScheduling() == NodeScheduling.DRAINING && after.getLeaving() == closedItself;
    boolean returns =
        before.getLeaving() && !after.getLeaving() && after.getScheduling() == NodeScheduling.OPEN;
    return same || leaves || returns;
  }

  /** Others, as they are but for their phase, along with the declaration that says who said so. */
  private static boolean isDeclaredDown(Txn.Write.Put put, Txn txn, Present present) {
    Entry entry = present.get(put.key());
    return entry != null
        && isCurrent(put.key(), txn, present)
        && txn.writes().stream().anyMatch(write -> write.key().equals(Keys.DOWNS))
        && parsed(StoredNode.parser(), entry)
            .map(node -> node.toBuilder().setPhase(NodePhase.NODE_DOWN).build())
            .equals(parsed(StoredNode.parser(), put));
  }

  /** Earlier declarations stay as they are, or are forgotten; what is new, it signs itself. */
  private static boolean isOwnDeclaration(
      CertifiedNode by, Txn.Write.Put put, Txn txn, Present present) {
    var after = parsed(StoredDowns.parser(), put);
    Entry self = present.get(Keys.node(by.uid()));
    if (after.isEmpty() || self == null || !isCurrent(put.key(), txn, present)) {
      return false;
    }
    Entry entry = present.get(put.key());
    Set<StoredDown> known =
        entry == null
            ? Set.of()
            : new HashSet<>(
                parsed(StoredDowns.parser(), entry)
                    .orElse(StoredDowns.getDefaultInstance())
                    .getDownsList());
    String member = parsed(StoredNode.parser(), self).map(StoredNode::getMember).orElse("");
    return !member.isEmpty()
        && after.get().getDownsList().stream()
            .allMatch(down -> known.contains(down) || down.getBy().equals(member));
  }

  /** Whether the transaction is off if the key has changed since it was looked at here. */
  private static boolean isCurrent(String key, Txn txn, Present present) {
    Entry entry = present.get(key);
    Txn.Condition asItIs =
        entry == null
            ? new Txn.Condition.Absent(key)
            : new Txn.Condition.ChangedAt(key, entry.modIndex());
    return txn.conditions().contains(asItIs);
  }

  /** Whether it may bring that server into the store's group. */
  public static Optional<String> join(CertifiedNode by, String serverOf) {
    return by.role() == NodeRole.SERVER || (by.role().keepsStore() && by.uid().equals(serverOf))
        ? Optional.empty()
        : denied(by, "bring a server of " + serverOf + " into the store's group");
  }

  /** Whether it may renew that node's lease, or ask how old it is. */
  public static Optional<String> lease(CertifiedNode by, String holder) {
    return by.role() == NodeRole.SERVER || by.uid().equals(holder)
        ? Optional.empty()
        : denied(by, "hold the lease of " + holder);
  }

  /** Whether it may take that node's server out of the store's group. */
  public static Optional<String> remove(CertifiedNode by, String serverOf) {
    return by.role() == NodeRole.SERVER || (by.role().keepsStore() && by.uid().equals(serverOf))
        ? Optional.empty()
        : denied(by, "take the server of " + serverOf + " out of the store's group");
  }

  /**
   * As what it gets another certificate: as what it is, or what people want it to be.
   *
   * @param late whether its certificate has ended: then only who is on record gets another
   * @param record of the node; null: there is none
   * @return empty: it gets none
   */
  public static Optional<NodeRole> renewedAs(
      CertifiedNode by, boolean late, @Nullable StoredNode record) {
    if (record == null) {
      return late ? Optional.empty() : Optional.of(by.role());
    }
    return by.role() == NodeRole.WITNESS
        ? Optional.of(by.role())
        : NodeRole.of(record.getWantedRole())
            .filter(wanted -> wanted != NodeRole.WITNESS)
            .or(() -> Optional.of(by.role()));
  }

  private static Optional<String> denied(CertifiedNode by, String what) {
    return Optional.of(
        "node %s is a %s and may not %s".formatted(by.uid(), by.role().text(), what));
  }

  /** Not more of a key than what kind of thing it is. */
  private static String shown(String key) {
    int slash = key.indexOf('/');
    return slash < 0 ? "that" : key.substring(0, slash + 1) + "…";
  }

  private static <M extends Message> Optional<M> parsed(Parser<M> parser, Entry entry) {
    return parsed(parser, entry.value());
  }

  private static <M extends Message> Optional<M> parsed(Parser<M> parser, Txn.Write.Put put) {
    return parsed(parser, put.value());
  }

  private static <M extends Message> Optional<M> parsed(
      Parser<M> parser, com.google.protobuf.ByteString value) {
    try {
      return Optional.of(parser.parseFrom(value));
    } catch (InvalidProtocolBufferException garbage) {
      return Optional.empty(); // Refused, as nobody can say what it is.
    }
  }
}
