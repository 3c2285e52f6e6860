package dev.regrow.core.lifecycle;

import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Live;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What was heard and tried since the entity was loaded; losing it costs delay, never correctness.
 *
 * @param live what nodes last said
 * @param lost when each lost node was lost, CLOCK_BOOTTIME in milliseconds
 * @param holds slots in which nothing is to be started before some time
 * @param unplaced slots that fit nowhere, and why
 * @param sent when each instance was last given an order
 * @param progress how far the rollout was when it last moved
 * @param happenings what is to be written down when it is time
 * @param leases when the lease of each instance that was given up is over, CLOCK_BOOTTIME in
 *     milliseconds
 * @param store when the store may be tried again
 */
public record Soft(
    SortedMap<InstanceId, Live> live,
    SortedMap<String, Long> lost,
    SortedMap<Integer, Hold> holds,
    SortedMap<Integer, String> unplaced,
    SortedMap<InstanceId, Sent> sent,
    Progress progress,
    Happenings happenings,
    SortedMap<InstanceId, Long> leases,
    StorePause store) {

  static final Soft NONE =
      new Soft(
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new Progress(0, 0, 0, 0),
          Happenings.NONE,
          new TreeMap<>(),
          new StorePause(0, 0));

  public Soft {
    live = kept(live);
    lost = kept(lost);
    holds = kept(holds);
    unplaced = kept(unplaced);
    sent = kept(sent);
    leases = kept(leases);
  }

  /**
   * @param count how often in a row
   * @param refusals the nodes (by uid) that refused its instances lately, and what they said
   */
  record Hold(long untilBootMillis, int count, SortedMap<String, String> refusals) {

    Hold {
      refusals = Collections.unmodifiableSortedMap(new TreeMap<>(refusals));
    }
  }

  /**
   * @param count how often the same order was sent
   */
  record Sent(long atBootMillis, int count, boolean stop) {}

  /**
   * @param serving how many current instances served
   */
  record Progress(long revision, long generation, int serving, long sinceBootMillis) {}

  /**
   * @param failures in a row
   */
  record StorePause(long untilBootMillis, int failures) {}

  Soft withLive(InstanceId id, Live heard) {
    var next = edited(live, map -> map.put(id, heard));
    return new Soft(next, lost, holds, unplaced, sent, progress, happenings, leases, store);
  }

  Soft withLost(Consumer<Map<String, Long>> edit) {
    return new Soft(
        live,
        edited(lost, edit::accept),
        holds,
        unplaced,
        sent,
        progress,
        happenings,
        leases,
        store);
  }

  /** As if its node had never told of it, nor been told. */
  Soft unheard(InstanceId id) {
    return new Soft(
        edited(live, map -> map.remove(id)),
        lost,
        holds,
        unplaced,
        edited(sent, map -> map.remove(id)),
        progress,
        happenings,
        leases,
        store);
  }

  Soft withHold(int slot, Hold hold) {
    return new Soft(
        live,
        lost,
        edited(holds, map -> map.put(slot, hold)),
        unplaced,
        sent,
        progress,
        happenings,
        leases,
        store);
  }

  Soft withUnplaced(SortedMap<Integer, String> unplaced) {
    return new Soft(
        live, lost, holds, new TreeMap<>(unplaced), sent, progress, happenings, leases, store);
  }

  Soft withSent(InstanceId id, Sent order) {
    return new Soft(
        live,
        lost,
        holds,
        unplaced,
        edited(sent, map -> map.put(id, order)),
        progress,
        happenings,
        leases,
        store);
  }

  Soft withLease(InstanceId id, long overBootMillis) {
    var next = edited(leases, map -> map.put(id, overBootMillis));
    return new Soft(live, lost, holds, unplaced, sent, progress, happenings, next, store);
  }

  Soft with(Progress progress) {
    return new Soft(live, lost, holds, unplaced, sent, progress, happenings, leases, store);
  }

  Soft with(Happenings happenings) {
    return new Soft(live, lost, holds, unplaced, sent, progress, happenings, leases, store);
  }

  Soft with(StorePause store) {
    return new Soft(live, lost, holds, unplaced, sent, progress, happenings, leases, store);
  }

  /** Without what is kept of instances that are no more. */
  Soft only(SortedMap<InstanceId, ?> assignments) {
    return new Soft(
        edited(live, map -> map.keySet().retainAll(assignments.keySet())),
        lost,
        holds,
        unplaced,
        edited(sent, map -> map.keySet().retainAll(assignments.keySet())),
        progress,
        happenings,
        edited(leases, map -> map.keySet().retainAll(assignments.keySet())),
        store);
  }

  /** Read-only. One that is so already is taken as it is: each fact makes a new Soft. */
  private static <K, V> SortedMap<K, V> kept(SortedMap<K, V> map) {
    return Collections.unmodifiableSortedMap(map);
  }

  private static <K, V> SortedMap<K, V> edited(
      SortedMap<K, V> map, Consumer<SortedMap<K, V>> edit) {
    var copy = new TreeMap<>(map);
    edit.accept(copy);
    return copy;
  }
}
