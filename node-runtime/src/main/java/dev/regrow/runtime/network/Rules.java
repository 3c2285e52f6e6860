package dev.regrow.runtime.network;

import dev.regrow.runtime.syscall.Kernel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table of a node: what it was last told to be, and whether it still is. For one thread; blocks
 * while nft runs.
 */
final class Rules {

  private static final Logger LOG = LoggerFactory.getLogger(Rules.class);

  private final Kernel kernel;
  private final Nft nft;
  private final String table;
  private String wanted = "";
  private boolean applied;

  /** As the kernel shows them; empty: not looked at since they were changed. */
  private String listing = "";

  /** Of all rules of this machine when ours were last seen to be right. */
  private long generation = -1;

  Rules(Kernel kernel, Nft nft, String nodeUid) {
    this.kernel = kernel;
    this.nft = nft;
    this.table = tableOf(nodeUid);
  }

  static String tableOf(String nodeUid) {
    return "regrow-" + nodeUid;
  }

  /** Makes them so, from one moment to the next; when it fails, {@link #repair} tries again. */
  void apply(String ruleset) {
    wanted = ruleset;
    applied = false;
    listing = "";
    nft.carryOut(ruleset);
    applied = true;
  }

  /** Keeps in mind how the kernel shows them, to see later whether they are still so. */
  void remember() {
    if (applied && listing.isEmpty()) {
      long now = Nft.generation(kernel);
      listing = nft.list(table);
      generation = listing.isEmpty() ? -1 : now; // Somebody was faster: that is to be seen.
    }
  }

  /** Puts right what others have changed. */
  void repair() {
    if (!applied) {
      apply(wanted);
      return;
    }
    long now = Nft.generation(kernel);
    if (now != -1 && now == generation) {
      return;
    }
    var seen = nft.list(table);
    if (seen.isEmpty() || (!listing.isEmpty() && !seen.equals(listing))) {
      LOG.warn("somebody changed the rules of this node's instances; they are put right");
      apply(wanted);
      remember();
    } else {
      listing = seen;
      generation = now;
    }
  }
}
