package dev.regrow.core.placement;

import java.util.List;

/**
 * Nodes that were passed over, all for the same reason.
 *
 * @param nodes how many
 * @param examples the names of the first of them
 * @param words as {@code node n1 lacks 200 MiB memory}, or {@code 4990 nodes lack disk in [ssd]
 *     (n11, n12, n13, ...)}
 */
public record PassedOver(int nodes, List<String> examples, String words) {

  /** Why a node is passed over. Made for many nodes, put into words for few. */
  sealed interface Reason {

    /** Equal kinds are told together when nodes are many. */
    String kind();

    /** What is said of one node. */
    String one();

    /** What is said of several. */
    String many();

    /** How much it lacks; the least is told when nodes are many; 0: it is no amount. */
    default long missing() {
      return 0;
    }
  }

  record Said(String kind, String one, String many) implements Reason {}

  /** Siblings are there. */
  record Has(int siblings) implements Reason {
    @Override
    public String kind() {
      return "siblings";
    }

    @Override
    public String one() {
      return "has " + siblings + " of its instances";
    }

    @Override
    public String many() {
      return "have more of its instances";
    }
  }

  /**
   * @param missing in the amount's own unit
   */
  record Lack(Amount amount, long missing) implements Reason {
    @Override
    public String kind() {
      return amount.name();
    }

    @Override
    public String one() {
      return "lacks " + amount.words(missing);
    }

    @Override
    public String many() {
      return "lack " + amount.what;
    }
  }

  /** What can be lacked. */
  enum Amount {
    MEMORY("memory"),
    CPU("cpu"),
    PIDS("pids");

    private static final long MEBIBYTE = 1L << 20;

    private final String what;

    Amount(String what) {
      this.what = what;
    }

    private String words(long missing) {
      return switch (this) {
        // Rounded up: less than the amount that is missing would not help.
        case MEMORY -> (missing + MEBIBYTE - 1) / MEBIBYTE + " MiB memory";
        case CPU -> missing + "m cpu";
        case PIDS -> missing + " pids";
      };
    }
  }

  public PassedOver {
    examples = List.copyOf(examples);
  }
}
