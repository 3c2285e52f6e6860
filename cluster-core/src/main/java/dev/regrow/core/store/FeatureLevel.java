package dev.regrow.core.store;

import dev.regrow.v1.StoredCluster;
import dev.regrow.v1.StoredNode;
import java.util.List;

/**
 * What a cluster of mixed releases may write and send. Pure.
 *
 * <p>A release knows the levels up to {@link #KNOWN}. What only a newer one can read, be it in the
 * store's log or between nodes, is used from the cluster's level on, which people raise when no
 * node is to go back to an older release. New fields need no level: who does not know them keeps
 * them, or skips them.
 */
public final class FeatureLevel {

  /** The highest that this release knows, 1 or more. Each release that needs it adds one. */
  public static final int KNOWN = 1;

  /** What every release knows. */
  public static final int FIRST = 1;

  private FeatureLevel() {}

  /** The level may not be raised; the message says why, and what to do. */
  public static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /** The cluster's. */
  public static int of(StoredCluster cluster) {
    return Math.max(FIRST, cluster.getFeatureLevel());
  }

  /** The highest that a node's release knows. */
  public static int of(StoredNode node) {
    return Math.max(FIRST, node.getFeatureLevel());
  }

  /** The highest that all these nodes' releases know. */
  public static int known(List<StoredNode> nodes) {
    return nodes.stream().mapToInt(FeatureLevel::of).min().orElse(FIRST);
  }

  /**
   * Raises the cluster's level to what all know; never lowers it.
   *
   * @param nodes all of the cluster, those that are away too: they come back with what they have
   * @throws Refused if nothing can be raised, naming who holds it back
   */
  public static StoredCluster raised(StoredCluster cluster, List<StoredNode> nodes) {
    int known = known(nodes);
    if (known > of(cluster)) {
      return cluster.toBuilder().setFeatureLevel(known).build();
    }
    int highest = nodes.stream().mapToInt(FeatureLevel::of).max().orElse(FIRST);
    if (highest <= of(cluster)) {
      throw new Refused(
          "the feature level is %d, and no node runs a release that knows a higher one; upgrade the nodes first"
              .formatted(of(cluster)));
    }
    var behind =
        nodes.stream()
            .filter(node -> of(node) <= of(cluster))
            .map(node -> "%s (%s)".formatted(node.getName(), node.getVersion()))
            .sorted()
            .toList();
    throw new Refused(
        "the feature level stays %d: %s know no higher one; upgrade them, or remove them if they are gone for good"
            .formatted(of(cluster), String.join(", ", behind)));
  }

  /**
   * Why a release that knows up to {@code known} cannot be in the cluster; empty: it can.
   *
   * @param what it is that would join, for the message
   */
  public static String objection(StoredCluster cluster, int known, String what) {
    return of(cluster) <= known
        ? ""
        : "the cluster's feature level is %d, and %s knows %d; start the newer release on it again"
            .formatted(of(cluster), what, known);
  }
}
