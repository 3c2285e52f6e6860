package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Assignment;
import dev.regrow.core.model.Backoff;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/** How long a slot waits after something went wrong in it. */
final class Holds {

  /** How long after its hold a slot still avoids the node that refused it. */
  static final long AVOID_MILLIS = 10_000;

  /** After so long without trouble the count begins anew. */
  private static final long FORGET_MILLIS = 120_000;

  /** Nodes avoided at a time. */
  private static final int REFUSALS_MAX = 16;

  /** Other nodes are tried quickly; refused so often, it is no matter of old summaries. */
  private static final int QUICK = 4;

  private static final Backoff REFUSED = new Backoff(250, 30_000);
  private static final Backoff ENDED = new Backoff(500, 60_000);

  private Holds() {}

  /** A node refused the instance of this slot. */
  static Soft.Hold afterRefusal(Soft soft, Assignment refused, String reason, long now) {
    int count = count(soft, refused.slot(), now);
    int again = Math.max(0, count - QUICK);
    long wait = REFUSED.millis(again, Objects.hash(refused.id(), count));
    return new Soft.Hold(now + wait, count + 1, refusals(soft, refused, reason, count));
  }

  /** The instance of this slot ended for good though it should run always; the first waits not. */
  static Soft.Hold afterEnd(Soft soft, Assignment ended, long now) {
    int count = count(soft, ended.slot(), now);
    long wait = count == 0 ? 0 : ENDED.millis(count - 1, Objects.hash(ended.id(), count));
    return new Soft.Hold(now + wait, count + 1, new TreeMap<>());
  }

  /**
   * Of this row of refusals; when there are too many, those that come last by uid are forgotten.
   */
  private static SortedMap<String, String> refusals(
      Soft soft, Assignment refused, String reason, int count) {
    var hold = soft.holds().get(refused.slot());
    var all = new TreeMap<String, String>();
    if (hold != null && count > 0) {
      all.putAll(hold.refusals());
    }
    while (all.size() >= REFUSALS_MAX) {
      all.pollLastEntry();
    }
    all.put(refused.node().uid(), reason);
    return all;
  }

  private static int count(Soft soft, int slot, long now) {
    var hold = soft.holds().get(slot);
    return hold == null || now - hold.untilBootMillis() > FORGET_MILLIS ? 0 : hold.count();
  }
}
