package dev.regrow.runtime.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a process must be allowed in order to run workloads, read from /proc/self/status. */
final class Prerequisites {

  /** Numbers of capabilities(7). */
  private enum Capability {
    CHOWN(0),
    DAC_OVERRIDE(1),
    KILL(5),
    SETGID(6),
    SETUID(7),
    SETPCAP(8),
    NET_ADMIN(12),
    SYS_ADMIN(21);

    private final int bit;

    Capability(int bit) {
      this.bit = bit;
    }
  }

  private static final int SYS_RESOURCE = 24;

  private Prerequisites() {}

  /**
   * Why it cannot run workloads, with what to do; empty if it can.
   *
   * @param status content of /proc/self/status
   */
  static Optional<String> refusal(String status) {
    if (uid(status) != 0) {
      return Optional.of(
          "a node runs workloads in cgroups and namespaces of their own, which needs root;"
              + " run it as root (sudo regrow …) or as a systemd service");
    }
    long capabilities = capabilities(status);
    var missing = new ArrayList<String>();
    for (var capability : Capability.values()) {
      if ((capabilities >> capability.bit & 1) == 0) {
        missing.add("CAP_" + capability);
      }
    }
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "root lacks "
                + String.join(", ", missing)
                + " here; a node in a container needs them (as docker run --privileged gives)");
  }

  static List<String> warnings(String status) {
    return (capabilities(status) >> SYS_RESOURCE & 1) != 0
        ? List.of()
        : List.of(
            "CAP_SYS_RESOURCE is missing: instances cannot be given higher hard limits than the"
                + " node has, and nothing can be spared from the OOM killer");
  }

  private static long capabilities(String status) {
    return Long.parseUnsignedLong(field(status, "CapEff:"), 16);
  }

  /** The effective one is the second of four. */
  private static int uid(String status) {
    return Integer.parseInt(List.of(field(status, "Uid:").split("\\s+", -1)).get(1));
  }

  private static String field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).trim())
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("/proc/self/status has no " + name));
  }
}
