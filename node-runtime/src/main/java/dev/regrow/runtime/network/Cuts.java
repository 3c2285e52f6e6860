package dev.regrow.runtime.network;

import dev.regrow.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Addresses that this machine neither hears nor speaks to for a time. The kernel counts that time,
 * so it ends also when nobody is left who would end it. Blocks while nft runs.
 */
public final class Cuts {

  private final Nft nft;
  private final String table;

  private final Path mark;

  private Cuts(Nft nft, String nodeUid, Path state) {
    this.nft = nft;
    this.table = tableOf(nodeUid);
    this.mark = mark(state);
  }

  private static Path mark(Path state) {
    return state.resolve("cut");
  }

  static String tableOf(String nodeUid) {
    return Rules.tableOf(nodeUid) + "-cut";
  }

  /**
   * @param state the node's directory on a tmpfs: that there may be a table is noted there
   * @throws RuntimeFailure where nft is missing
   */
  public static Cuts of(String nodeUid, Path state) {
    return new Cuts(
        Nft.find()
            .orElseThrow(
                () ->
                    new RuntimeFailure(
                        "nft is missing, so nothing can be cut off; install nftables", true)),
        nodeUid,
        state);
  }

  /**
   * These from now on, and no others.
   *
   * @param left how long each is cut off still, by IPv4 address
   */
  public void are(Map<String, Duration> left) {
    try {
      Files.writeString(mark, "");
      nft.carryOut(left.isEmpty() ? Ruleset.removing(table) : replacing(table, left));
    } catch (IOException e) {
      throw new RuntimeFailure("cannot note in " + mark + " that something is cut off", true, e);
    }
  }

  static String replacing(String table, Map<String, Duration> left) {
    var elements =
        new TreeMap<>(left)
            .entrySet().stream()
                .map(each -> each.getKey() + " timeout " + seconds(each.getValue()) + "s")
                .collect(Collectors.joining(", "));
    return Ruleset.removing(table)
        + """
        table inet %s {
          set cut { type ipv4_addr; flags timeout; elements = { %s } }
          chain arriving {
            type filter hook prerouting priority raw; policy accept;
            ip saddr @cut drop
          }
          chain leaving {
            type filter hook postrouting priority raw; policy accept;
            ip daddr @cut drop
          }
        }
        """
            .formatted(table, elements);
  }

  private static long seconds(Duration left) {
    return Math.max(1, left.plusMillis(999).toSeconds());
  }

  /** Takes away what a node left of them. Idempotent. */
  public static void sweep(String nodeUid, Path state) {
    if (Files.exists(mark(state))) {
      Nft.find().ifPresent(nft -> nft.carryOut(Ruleset.removing(tableOf(nodeUid))));
    }
  }
}
