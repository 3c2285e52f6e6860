package dev.regrow.runtime.network;

import dev.regrow.runtime.network.Forwarding.Sysctl;
import dev.regrow.runtime.syscall.Errno;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes links: the bridge of a node, which has the machine's address for its instances, and a pair
 * for each network namespace. For one thread, which leaves its network namespace for the moment in
 * which it wires a new one.
 */
final class Wiring implements AutoCloseable {

  private static final Path OWN_NETWORK = Path.of("/proc/thread-self/ns/net");

  /** Of our end of each link. */
  private static final byte[] MACHINE = {0x02, 0x72, 0x67, 0, 0, 1};

  private static final int LOOPBACK = 1;
  private static final int ETH0 = 2;
  private static final int SHORT_UID = 8;
  private static final int LONG_UID = 13;

  private final Kernel kernel;
  private final String bridge;
  private final String portPrefix;
  private final Fd home;
  private final Netlink links;

  Wiring(Kernel kernel, String nodeUid) {
    this.kernel = kernel;
    this.bridge = bridgeOf(nodeUid);
    this.portPrefix = portsOf(nodeUid);
    this.home = kernel.open(OWN_NETWORK, Set.of(), 0);
    this.links = new Netlink(kernel);
  }

  /** At most 15 characters, as the kernel wants. */
  static String bridgeOf(String nodeUid) {
    return "rg" + shortened(nodeUid, LONG_UID);
  }

  private static String shortened(String text, int length) {
    return text.substring(0, Math.min(length, text.length()));
  }

  /** What the host's ends of all links begin with. */
  static String portsOf(String nodeUid) {
    return "rg" + shortened(nodeUid, SHORT_UID) + "v";
  }

  /** The host's end of the link to an address, by its place in the range. */
  String port(int place) {
    return portPrefix + Integer.toString(place, 36);
  }

  /** Its index; empty if there is none. */
  Optional<Integer> findBridge() {
    return find(bridge);
  }

  private Optional<Integer> find(String name) {
    return links.links().stream()
        .filter(link -> link.name().equals(name))
        .map(Netlink.Link::index)
        .findFirst();
  }

  /** Makes the bridge, if it is missing, with the first address of the range. */
  void makeBridge(Subnet range) {
    links.askUnless(Errno.EEXIST, LinkMessage.newBridge(bridge), "make bridge " + bridge);
    int index = findBridge().orElseThrow();
    links.askUnless(
        Errno.EEXIST,
        LinkMessage.address(index, range.gateway(), range.length()),
        "give " + bridge + " the address " + range.gateway());
    links.ask(LinkMessage.up(index), "bring " + bridge + " up");
    set("ipv6/conf/" + bridge + "/disable_ipv6", "1");
  }

  /**
   * A network namespace with a loopback and eth0, which has this address and leads to the machine.
   * It lives while the descriptor is open or a process is in it.
   */
  Fd makeNamespace(Ipv4 address, Subnet range, int place) {
    var port = port(place);
    links.askUnless(Errno.ENODEV, LinkMessage.delete(port), "remove " + port);
    var made = inNewNamespace(address, range, port);
    try {
      connect(address, range, place);
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  private Fd inNewNamespace(Ipv4 address, Subnet range, String port) {
    kernel.unshareNetwork();
    try {
      var namespace = kernel.open(OWN_NETWORK, Set.of(), 0);
      try (var inside = new Netlink(kernel)) {
        inside.ask(LinkMessage.up(LOOPBACK), "bring lo up");
        inside.ask(
            LinkMessage.newPair(ETH0, macOf(address), port, MACHINE, home.number()),
            "make the link " + port);
        // Nobody else is on its link: even its neighbours are reached through the machine.
        inside.ask(LinkMessage.address(ETH0, address, 32), "give eth0 the address " + address);
        inside.ask(LinkMessage.defaultRoute(ETH0, range.gateway()), "make the default route");
        inside.ask(LinkMessage.neighbour(ETH0, range.gateway(), MACHINE), "know the machine");
        set("ipv6/conf/eth0/disable_ipv6", "1");
        return namespace;
      } catch (RuntimeException e) {
        namespace.close();
        throw e;
      }
    } finally {
      comeHome(kernel, home);
    }
  }

  /** Locally administered; the rest is the address. */
  private static byte[] macOf(Ipv4 address) {
    var bytes = address.bytes();
    return new byte[] {0x02, 0x72, bytes[0], bytes[1], bytes[2], bytes[3]};
  }

  /**
   * Lets the machine reach an address over its link, where that link is. Idempotent; to be done
   * again when the bridge was lost, for its address is in the route.
   */
  void connect(Ipv4 address, Subnet range, int place) {
    var port = port(place);
    var found = find(port);
    if (found.isEmpty()) {
      return;
    }
    int index = found.get();
    set("ipv6/conf/" + port + "/disable_ipv6", "1");
    set("ipv4/conf/" + port + "/route_localnet", "1"); // for 127.0.0.1 to published ports
    set("ipv4/conf/" + port + "/rp_filter", "1"); // no address but its own
    set("ipv4/conf/" + port + "/send_redirects", "0");
    links.ask(LinkMessage.up(index), "bring " + port + " up");
    links.ask(LinkMessage.neighbour(index, address, macOf(address)), "know " + address);
    links.ask(LinkMessage.route(index, address, range.gateway()), "make the route to " + address);
  }

  /** A thread must not stay elsewhere; only a lack of memory can keep it there. */
  static void comeHome(Kernel kernel, Fd home) {
    while (true) {
      try {
        kernel.enterNetwork(home);
        return;
      } catch (SyscallException e) {
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  /** Removes all links of this node. Idempotent. */
  void removeAll() {
    for (var link : links.links()) {
      if (link.name().equals(bridge) || link.name().startsWith(portPrefix)) {
        links.askUnless(Errno.ENODEV, LinkMessage.delete(link.name()), "remove " + link.name());
      }
    }
  }

  private static void set(String name, String value) {
    try {
      var file = Path.of("/proc/sys/net").resolve(name);
      if (Files.exists(file)) { // A machine may have no IPv6.
        Sysctl.write(file, value);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("set " + name, e);
    }
  }

  @Override
  public void close() {
    links.close();
    home.close();
  }
}
