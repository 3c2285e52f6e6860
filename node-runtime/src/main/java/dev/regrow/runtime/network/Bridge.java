package dev.regrow.runtime.network;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.syscall.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridge of a node with its rules, once somebody needed it. All methods are for one thread and
 * block for some milliseconds.
 */
final class Bridge implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Bridge.class);

  private final String nodeUid;
  private final Rules rules;
  private final Wiring wiring;
  private final Addresses addresses;
  private final boolean guarded;

  private Bridge(String nodeUid, Rules rules, Wiring wiring, Subnet range, boolean guarded) {
    this.nodeUid = nodeUid;
    this.rules = rules;
    this.wiring = wiring;
    this.addresses = new Addresses(range);
    this.guarded = guarded;
  }

  static Bridge make(Kernel kernel, String nodeUid, NodeNetwork.Places places) {
    var nft =
        Nft.find()
            .orElseThrow(
                () -> new RuntimeFailure(NodeNetwork.lack().orElse("nft has gone"), false));
    var range = range(nodeUid, places);
    var wiring = new Wiring(kernel, nodeUid);
    try {
      var guarded = new Forwarding(places.forwarding(), nodeUid).turnOn();
      var rules = new Rules(kernel, nft, nodeUid);
      var bridge = new Bridge(nodeUid, rules, wiring, range, guarded);
      if (wiring.findBridge().isEmpty()) {
        rules.apply(bridge.ruleset(Map.of())); // There is no moment without rules.
      }
      wiring.makeBridge(range);
      LOG.info("instances with network bridge have addresses of {}", range);
      return bridge;
    } catch (RuntimeException e) {
      wiring.close();
      throw e;
    }
  }

  private static Subnet range(String nodeUid, NodeNetwork.Places places) {
    try {
      if (Files.exists(places.rangeFile())) {
        return Subnet.parse(Files.readString(places.rangeFile()).trim()).orElseThrow();
      }
      var routes = Subnet.routes(Files.readString(Path.of("/proc/thread-self/net/route")));
      var wanted = places.range();
      var range = wanted == null ? chosen(nodeUid, routes) : given(wanted, routes);
      Files.writeString(places.rangeFile(), range + "\n");
      return range;
    } catch (IOException e) {
      throw new RuntimeFailure("cannot choose a range of addresses: " + e, true, e);
    }
  }

  private static Subnet chosen(String nodeUid, List<Subnet> routes) {
    return Addresses.choose(nodeUid.hashCode(), routes)
        .orElseThrow(
            () ->
                new RuntimeFailure(
                    "no range of addresses within 10.208.0.0/12 is free of this machine's routes;"
                        + " give one to the node: --network-range",
                    false));
  }

  private static Subnet given(String text, List<Subnet> routes) {
    var range = Subnet.parse(text).orElseThrow();
    var collision = routes.stream().filter(range::overlaps).findFirst();
    if (collision.isPresent()) {
      throw new RuntimeFailure(
          "the range %s of --network-range collides with the route %s of this machine"
              .formatted(range, collision.get()),
          false);
    }
    return range;
  }

  /** A namespace with an address of its own. */
  Port newPort() {
    var address =
        addresses
            .take()
            .orElseThrow(
                () ->
                    new RuntimeFailure(
                        "all addresses of %s are taken".formatted(addresses.range()), true));
    try {
      var place = addresses.indexOf(address);
      return new Port(address, wiring.makeNamespace(address, addresses.range(), place));
    } catch (RuntimeException e) {
      addresses.giveBack(address);
      throw e;
    }
  }

  /** False if somebody has it, or it is not of this bridge. */
  boolean take(Ipv4 address) {
    return addresses.take(address);
  }

  /** No rule may speak of it any more. */
  void giveBack(Ipv4 address) {
    addresses.giveBack(address);
  }

  /** What the rules are to be for these instances. */
  String ruleset(Map<InstanceKey, Port> attached) {
    return Ruleset.replacing(state(attached));
  }

  /** For a thread of their own, once the bridge is made. */
  Rules rules() {
    return rules;
  }

  private Ruleset.State state(Map<InstanceKey, Port> attached) {
    var tenants = new HashMap<String, List<Ipv4>>();
    var published = new ArrayList<Published>();
    attached.forEach(
        (key, port) -> {
          tenants.computeIfAbsent(key.namespace(), none -> new ArrayList<>()).add(port.address);
          port.served.forEach(served -> published.add(new Published(served, port.address)));
        });
    return new Ruleset.State(
        Rules.tableOf(nodeUid),
        Wiring.portsOf(nodeUid),
        addresses.range(),
        tenants,
        published,
        guarded);
  }

  /** Puts links right that others have changed. */
  void repair(Map<InstanceKey, Port> attached, Collection<Port> spare) {
    if (wiring.findBridge().isPresent()) {
      return;
    }
    LOG.warn("the bridge {} is gone; it is made again", Wiring.bridgeOf(nodeUid));
    wiring.makeBridge(addresses.range());
    var ports = new ArrayList<>(attached.values());
    ports.addAll(spare);
    for (var port : ports) {
      wiring.connect(port.address, addresses.range(), addresses.indexOf(port.address));
    }
  }

  /**
   * Removes all of it. To be called when nothing of the node runs. Idempotent.
   *
   * @param used whether it was ever made, as far as is known
   */
  static void remove(Kernel kernel, String nodeUid, boolean used) {
    try (var wiring = new Wiring(kernel, nodeUid)) {
      boolean there = used || wiring.findBridge().isPresent();
      wiring.removeAll();
      if (there) {
        Nft.find().ifPresent(nft -> nft.carryOut(Ruleset.removing(Rules.tableOf(nodeUid))));
      }
    }
  }

  /** Links and rules stay. */
  @Override
  public void close() {
    wiring.close();
  }
}
