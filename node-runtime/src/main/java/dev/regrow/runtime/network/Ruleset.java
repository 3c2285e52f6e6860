package dev.regrow.runtime.network;

import dev.regrow.runtime.ServedPort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The text that nft(8) is given: one table that bears the node's uid, replaced as a whole, so that
 * there is no moment without it. Pure; equal states give equal texts.
 *
 * <p>What may pass: an instance may reach the world outside of the machine, under the machine's
 * address; those of its own namespace behind the same bridge; and published ports. Nothing else:
 * not the machine itself (but its DNS and ping), and nobody reaches an instance but through a
 * published port.
 */
final class Ruleset {

  private Ruleset() {}

  /**
   * What there is.
   *
   * @param tenants the addresses of each namespace's instances
   * @param ports what the names of all links to instances begin with
   * @param guarded whether forwarding on this machine is our doing, so that nothing may be
   *     forwarded but what is ours
   */
  record State(
      String table,
      String ports,
      Subnet range,
      Map<String, ? extends Collection<Ipv4>> tenants,
      Collection<Published> published,
      boolean guarded) {}

  /** Replaces the table, or makes it. */
  static String replacing(State state) {
    return removing(state.table()) + table(state);
  }

  /** Removes the table, whether it is there or not. */
  static String removing(String table) {
    return "table inet %1$s {}\ndelete table inet %1$s\n".formatted(table);
  }

  private static String table(State state) {
    var tenants = sets(state);
    var lines = new ArrayList<String>();
    lines.add("table inet " + state.table() + " {");
    int number = 0;
    for (var addresses : tenants.values()) {
      lines.add(
          "  set tenant%d { type ipv4_addr; elements = { %s } }"
              .formatted(number++, list(addresses)));
    }
    lines.addAll(filters(state, tenants.size()));
    lines.addAll(translation(state));
    lines.add("}");
    return String.join("\n", lines) + "\n";
  }

  private static Map<String, Set<Ipv4>> sets(State state) {
    var sets = new TreeMap<String, Set<Ipv4>>();
    state
        .tenants()
        .forEach(
            (tenant, addresses) -> {
              if (addresses.size() > 1) { // Who is alone has nobody to reach.
                sets.put(tenant, new TreeSet<>(addresses));
              }
            });
    return sets;
  }

  private static String list(Collection<Ipv4> addresses) {
    return addresses.stream().map(Ipv4::toString).collect(Collectors.joining(", "));
  }

  private static List<String> filters(State state, int tenants) {
    var ports = state.ports();
    var lines =
        new ArrayList<>(
            List.of(
                "  chain arriving {",
                "    type filter hook prerouting priority raw; policy accept;",
                "    iifname \"%s*\" ip saddr != %s drop".formatted(ports, state.range()),
                "    iifname \"%s*\" ip daddr 127.0.0.0/8 drop".formatted(ports),
                "    iifname \"%s*\" meta nfproto ipv6 drop".formatted(ports),
                "  }",
                "  chain to_machine {",
                "    type filter hook input priority filter; policy accept;",
                "    iifname != \"%s*\" accept".formatted(ports),
                "    ct state established,related accept",
                "    icmp type echo-request accept",
                "    meta l4proto { tcp, udp } th dport 53 accept",
                "    drop",
                "  }",
                "  chain through {",
                "    type filter hook forward priority filter; policy accept;"));
    lines.add(
        "    iifname != \"%1$s*\" oifname != \"%1$s*\" %2$s"
            .formatted(ports, state.guarded() ? "jump foreign" : "accept"));
    lines.addAll(
        List.of(
            "    ct state established,related accept",
            "    ct state invalid drop",
            "    ct status dnat accept",
            "    oifname != \"%s*\" accept".formatted(ports),
            "    iifname != \"%s*\" drop".formatted(ports)));
    for (int i = 0; i < tenants; i++) {
      lines.add("    ip saddr @tenant%1$d ip daddr @tenant%1$d accept".formatted(i));
    }
    lines.addAll(List.of("    drop", "  }"));
    if (state.guarded()) {
      lines.addAll(
          List.of(
              "  chain foreign {",
              "    iifname \"rg*\" accept", // another node of this machine judges it
              "    oifname \"rg*\" accept",
              "    drop",
              "  }"));
    }
    return lines;
  }

  private static List<String> translation(State state) {
    var ports = state.ports();
    var gateway = state.range().gateway();
    var lines = new ArrayList<>(List.of("  chain published {"));
    byPort(state.published()).forEach((port, targets) -> lines.add("    " + rule(port, targets)));
    lines.addAll(
        List.of(
            "  }",
            "  chain from_outside {",
            "    type nat hook prerouting priority dstnat; policy accept;",
            "    jump published",
            "  }",
            "  chain from_machine {",
            "    type nat hook output priority -100; policy accept;",
            "    jump published",
            "  }",
            "  chain leaving {",
            "    type nat hook postrouting priority srcnat; policy accept;",
            "    oifname \"%s*\" ip saddr 127.0.0.0/8 snat ip to %s".formatted(ports, gateway),
            "    oifname \"%s*\" ip saddr %s ct status dnat snat ip to %s"
                .formatted(ports, state.range(), gateway),
            "    oifname != \"%s*\" ip saddr %s masquerade".formatted(ports, state.range()),
            "  }"));
    return lines;
  }

  /** The node's side of a port; what leads to it may differ between revisions. */
  private record Door(boolean udp, String on, int publish) implements Comparable<Door> {
    @Override
    public int compareTo(Door other) {
      return text().compareTo(other.text());
    }

    private String text() {
      return "%s %d %05d".formatted(on, udp ? 1 : 0, publish);
    }
  }

  private static Map<Door, Set<String>> byPort(Collection<Published> published) {
    var doors = new TreeMap<Door, Set<String>>();
    for (var each : published) {
      ServedPort port = each.port();
      doors
          .computeIfAbsent(new Door(port.udp(), port.on(), port.publish()), none -> new TreeSet<>())
          .add(each.to() + " . " + port.target());
    }
    return doors;
  }

  private static String rule(Door door, Set<String> targets) {
    var on =
        Ipv4.parse(door.on).filter(address -> !address.isAny()).isPresent()
            ? "ip daddr " + door.on
            : "fib daddr type local";
    var matches =
        "%s meta nfproto ipv4 %s dport %d".formatted(on, door.udp ? "udp" : "tcp", door.publish);
    var map = new ArrayList<String>();
    for (var target : targets) {
      map.add("%d : %s".formatted(map.size(), target));
    }
    return "%s dnat ip to numgen random mod %d map { %s }"
        .formatted(matches, targets.size(), String.join(", ", map));
  }
}
