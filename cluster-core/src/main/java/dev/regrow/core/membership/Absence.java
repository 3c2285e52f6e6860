package dev.regrow.core.membership;

import dev.regrow.v1.StoredNode;
import java.time.Duration;

/**
 * How long a node is awaited that was stopped and is to be back. Pure; from a node's record to the
 * next.
 *
 * <p>Each server counts from when it learned of it, for as long as the record says: clocks of
 * machines differ. A record without a length is of an earlier release; of that its end counts.
 */
public final class Absence {

  private Absence() {}

  /**
   * @param wallMillis by the clock of the node itself; earlier releases count by it
   */
  public static StoredNode announced(StoredNode node, Duration away, long wallMillis) {
    return node.toBuilder()
        .setAwayUntil(wallMillis + away.toMillis())
        .setAwayMillis(away.toMillis())
        .build();
  }

  /** It is back, or not awaited any more. */
  public static StoredNode over(StoredNode node) {
    return node.toBuilder().clearAwayUntil().clearAwayMillis().build();
  }

  /**
   * How long who has just learned of an absence waits for its end; 0: it is over.
   *
   * @param wallMillis of who waits
   */
  public static long leftMillis(StoredNode node, long wallMillis) {
    if (node.getAwayUntil() == 0) {
      return 0;
    }
    return node.getAwayMillis() > 0
        ? node.getAwayMillis()
        : Math.max(0, node.getAwayUntil() - wallMillis);
  }
}
