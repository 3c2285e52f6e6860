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

  /**
   * Why a node is passed over.
   *
   * @param kind equal kinds are told together when nodes are many
   * @param one what is said of one node
   * @param many what is said of several
   * @param missing how much it lacks; the least is told when nodes are many; 0: it is no amount
   */
  record Reason(String kind, String one, String many, long missing) {

    Reason(String kind, String one, String many) {
      this(kind, one, many, 0);
    }
  }

  public PassedOver {
    examples = List.copyOf(examples);
  }
}
