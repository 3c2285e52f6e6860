package dev.regrow.chaos.lab;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Links machines, each by a veth pair into a namespace that routes between them. A cut is a routing
 * rule there that drops in silence, packet by packet, so connections that stand are cut too; it
 * needs neither nft nor netem.
 */
final class Switch implements AutoCloseable {

  private static final String FORWARD =
      "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet";

  private final LabNames names;
  private final Map<String, String> addresses = new TreeMap<>();
  private final NavigableSet<Cut> active = new TreeSet<>();
  private final Set<String> silent = new HashSet<>();
  private final Map<Cut, LinkTrouble> troubled = new TreeMap<>();
  private final Path folder;
  private @Nullable Wire wire;

  private Switch(LabNames names, Path folder) {
    this.names = names;
    this.folder = folder;
  }

  /**
   * @param folder of the lab
   */
  static Switch make(LabNames names, Path folder) {
    makeNamespace(names.switchNamespace());
    return new Switch(names, folder);
  }

  /** One whose 127.0.0.0/8 isn't all its own, and that lets others have their part of it. */
  private static void makeNamespace(String namespace) {
    Tool.run(List.of("ip", "netns", "add", namespace), "");
    Tool.inside(namespace, FORWARD);
    Tool.ip(
        namespace,
        List.of("link set lo up", "addr del 127.0.0.1/8 dev lo", "addr add 127.0.0.1/32 dev lo"));
  }

  /** Makes the machine's namespace and its link. */
  synchronized void attach(String machine, String address) {
    String namespace = names.namespace(machine);
    String port = LabNames.port(machine);
    String gateway = names.switchAddress();
    makeNamespace(namespace);
    Tool.ip(
        names.switchNamespace(),
        List.of(
            "link add %s type veth peer name eth0 netns %s".formatted(port, namespace),
            "addr add %s/32 dev %s".formatted(gateway, port),
            "link set %s up".formatted(port),
            "route add %s/32 dev %s".formatted(address, port)));
    Tool.ip(
        namespace,
        List.of(
            "addr add %s/32 dev eth0".formatted(address),
            "link set eth0 up",
            "route add %s/32 dev eth0 src %s".formatted(gateway, address),
            "route add %s.0/24 via %s src %s".formatted(names.network(), gateway, address)));
    addresses.put(machine, address);
  }

  /** Cuts what is whole of these, in one go. */
  synchronized void cut(Collection<Cut> cuts) {
    var more = cuts.stream().filter(cut -> !active.contains(cut)).toList();
    Tool.ip(
        names.switchNamespace(), more.stream().map(cut -> "rule add " + selector(cut)).toList());
    active.addAll(more);
  }

  /** Heals what is cut of these, in one go. */
  synchronized void heal(Collection<Cut> cuts) {
    var fewer = cuts.stream().filter(active::contains).toList();
    Tool.ip(
        names.switchNamespace(), fewer.stream().map(cut -> "rule del " + selector(cut)).toList());
    fewer.forEach(active::remove);
  }

  /** Nothing more is heard of a machine, nor does it hear anything, as if its power went. */
  synchronized void silence(String machine) {
    if (!silent.contains(machine)) {
      Tool.ip(
          names.switchNamespace(), power(machine).map(selector -> "rule add " + selector).toList());
      silent.add(machine);
    }
  }

  synchronized void unsilence(String machine) {
    if (silent.contains(machine)) {
      Tool.ip(
          names.switchNamespace(), power(machine).map(selector -> "rule del " + selector).toList());
      silent.remove(machine);
    }
  }

  synchronized Set<Cut> active() {
    return Set.copyOf(active);
  }

  /**
   * Carries what goes this way so from now on, over a wire that is made when it is first needed.
   *
   * @param seed of its chance
   */
  synchronized void trouble(Cut link, LinkTrouble trouble, long seed) {
    var from = of(link.from());
    var to = of(link.to());
    if (trouble.equals(LinkTrouble.NONE)) {
      if (troubled.remove(link) != null) {
        Tool.ip(names.switchNamespace(), List.of("rule del " + detour(link)));
        wire().clear(from, to);
      }
      return;
    }
    wire().set(from, to, trouble, seed);
    if (troubled.put(link, trouble) == null) {
      Tool.ip(names.switchNamespace(), List.of("rule add " + detour(link)));
    }
  }

  private Wire wire() {
    if (wire == null) {
      wire = Wire.make(names, folder);
    }
    return wire;
  }

  /** Only what comes from the machine itself: what the wire gives back goes on to its end. */
  private String detour(Cut link) {
    return "pref 110 from %s to %s iif %s %s"
        .formatted(of(link.from()), of(link.to()), LabNames.port(link.from()), Wire.lookup());
  }

  @Override
  public synchronized void close() {
    if (wire != null) {
      wire.close();
    }
  }

  private String selector(Cut cut) {
    return "pref 100 from %s to %s blackhole".formatted(of(cut.from()), of(cut.to()));
  }

  private Stream<String> power(String machine) {
    return Stream.of("pref 90 from %s blackhole", "pref 90 to %s blackhole")
        .map(form -> form.formatted(of(machine)));
  }

  private String of(String machine) {
    String address = addresses.get(machine);
    if (address == null) {
      throw new IllegalArgumentException(
          "no machine is called " + machine + "; there are " + addresses.keySet());
    }
    return address;
  }
}
