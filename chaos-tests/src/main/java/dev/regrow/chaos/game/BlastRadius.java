package dev.regrow.chaos.game;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How much may be struck at the same time: {@code 1 node}, {@code 2 nodes}, {@code 34% of nodes},
 * {@code 3 instances}, {@code 30% of instances}.
 *
 * @param amount of nodes or instances, or of per cent of them
 */
public record BlastRadius(int amount, boolean share, boolean ofNodes) {

  /** What to write, for an error. */
  public static final String WANTED = "1 node, 2 nodes, 3 instances or 30% of instances";

  private static final Pattern COUNT = Pattern.compile("([0-9]{1,6}) (node|instance)s?");
  private static final Pattern SHARE = Pattern.compile("([0-9]{1,2}|100) ?% of (node|instance)s");

  /** Empty if it is none. */
  public static Optional<BlastRadius> parse(String text) {
    var share = SHARE.matcher(text);
    if (share.matches()) {
      return Optional.of(of(share.group(1), true, share.group(2)));
    }
    var count = COUNT.matcher(text);
    return count.matches()
        ? Optional.of(of(count.group(1), false, count.group(2)))
        : Optional.empty();
  }

  private static BlastRadius of(String amount, boolean share, String what) {
    return new BlastRadius(Integer.parseInt(amount), share, what.equals("node"));
  }

  /** Whether that much is allowed. */
  public boolean allows(Blast.Worst worst) {
    int struck = ofNodes ? worst.nodes() : worst.instances();
    int all = ofNodes ? worst.allNodes() : worst.allInstances();
    return share ? 100L * struck <= (long) amount * all : struck <= amount;
  }

  @Override
  public String toString() {
    var what = ofNodes ? "node" : "instance";
    return share ? amount + "% of " + what + "s" : amount + " " + what + (amount == 1 ? "" : "s");
  }
}
