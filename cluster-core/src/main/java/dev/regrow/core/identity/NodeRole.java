package dev.regrow.core.identity;

import java.util.Locale;
import java.util.Optional;

/** What a node is to the cluster, as its certificate says. */
public enum NodeRole {
  /** Keeps the store and its share of the control plane, and has the authority's key. */
  SERVER,
  /** Runs instances only. */
  WORKER,
  /** Votes on what the store keeps, and nothing else. */
  WITNESS;

  /**
   * As on the command line and in certificates: {@code server}, {@code worker}, {@code witness}.
   */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role of that text; empty for one that this release does not know. */
  public static Optional<NodeRole> of(String text) {
    for (NodeRole role : values()) {
      if (role.text().equals(text)) {
        return Optional.of(role);
      }
    }
    return Optional.empty();
  }

  /** Whether it is one of those that keep the store, and so speak Raft. */
  public boolean keepsStore() {
    return this != WORKER;
  }
}
