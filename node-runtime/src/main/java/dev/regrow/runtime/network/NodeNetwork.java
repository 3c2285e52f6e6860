package dev.regrow.runtime.network;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.ServedPort;
import dev.regrow.runtime.syscall.Kernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The bridge of this node, the instances on it, and the rules between them. Nothing of it is there
 * before the first instance asks for it. All of it is done by one thread, in order; what an
 * instance needs is made ahead. Thread-safe.
 */
public final class NodeNetwork implements AutoCloseable {

  /** As with shims: one is used while another is made. */
  private static final int READY = 2;

  private static final Duration APART = Duration.ofMillis(20);
  private static final Duration REMEMBER_AFTER = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Kernel kernel;
  private final String nodeUid;
  private final Places places;
  private final Duration checkEvery;
  private final Serial thread = new Serial("regrow-network");

  /** Of rules alone: a start does not wait for them. */
  private final Serial rulesThread = new Serial("regrow-rules");

  private final Map<InstanceKey, Port> attached = new HashMap<>();

  /** Those that may be attached. */
  private final Set<InstanceKey> known = ConcurrentHashMap.newKeySet();

  private final ArrayDeque<Port> spare = new ArrayDeque<>();
  private @Nullable Bridge bridge;

  /** Addresses that rules may still speak of. */
  private final Set<Ipv4> leaving = new HashSet<>();

  private boolean adopting;
  private boolean changed;
  private long lastChange = System.nanoTime() - APART.toNanos();
  private boolean remembering;

  /**
   * Where a node keeps what.
   *
   * @param state the node's directory on a tmpfs; the range is there until the node is swept
   * @param shared a directory that all nodes of the machine share
   * @param range of addresses; null: one that collides with nothing
   */
  public record Places(Path state, Path shared, @Nullable String range) {
    Path rangeFile() {
      return state.resolve("network");
    }

    Path forwarding() {
      return shared.resolve("forwarding");
    }
  }

  /**
   * @param checkEvery somebody may have flushed the rules or removed a link
   */
  public NodeNetwork(Kernel kernel, String nodeUid, Places places, Duration checkEvery) {
    this.kernel = kernel;
    this.nodeUid = nodeUid;
    this.places = places;
    this.checkEvery = checkEvery;
  }

  /** What this machine lacks for a bridge, in a sentence; empty if nothing is known to be amiss. */
  public static Optional<String> lack() {
    return Nft.find().isPresent()
        ? Optional.empty()
        : Optional.of(
            "nft is missing, so no instance can have network bridge here (host and none work);"
                + " install nftables");
  }

  /** Whether this is a range of addresses that a bridge can have, as 10.210.0.0/22. */
  public static boolean isRange(String text) {
    return Subnet.parse(text)
        .filter(range -> range.length() >= 8 && range.length() <= 29)
        .filter(range -> text.startsWith(range.first() + "/"))
        .isPresent();
  }

  /**
   * The network of an instance, the same for all its attempts.
   *
   * @throws RuntimeFailure if it cannot have one, with what to do
   */
  public Attachment attach(InstanceKey key) {
    known.add(key);
    return await(
        () -> {
          var port = attached.get(key);
          if (port == null) {
            port = spare.isEmpty() ? bridge().newPort() : spare.remove();
            attached.put(key, port);
            changed();
          }
          thread.execute(this::refill);
          return new Attachment(
              port.address.toString(), Attachment.pathOf(port.namespace.number()));
        });
  }

  /**
   * Takes over an instance that another agent of this node attached.
   *
   * @param init a process in its network namespace
   * @param served what led to it
   */
  public void adopt(InstanceKey key, String address, int init, List<ServedPort> served) {
    known.add(key);
    await(
        () -> {
          var wanted = Ipv4.parse(address).orElseThrow();
          if (attached.containsKey(key) || !bridge().take(wanted)) {
            throw new RuntimeFailure(
                "%s has the address %s no more".formatted(key, address), false);
          }
          var namespace = kernel.open(Path.of("/proc/" + init + "/ns/net"), Set.of(), 0);
          var port = new Port(wanted, namespace);
          port.wanted = List.copyOf(served);
          port.served = port.wanted;
          adopting = true; // Rules that know a part of them only would shut the others out.
          attached.put(key, port);
          return true;
        });
  }

  /** All are taken over that another agent left. */
  public void adopted() {
    thread.execute(
        () -> {
          if (adopting) {
            adopting = false;
            changed();
          }
        });
  }

  /**
   * From now on these published ports lead to it, and no others; none if it is not attached.
   *
   * @param first what blocks and is to be done before a change, in the order of changes, and never
   *     once it is released
   * @return what keeps some of them from it, each a sentence; they are tried again later
   */
  public CompletionStage<List<String>> serve(
      InstanceKey key, List<ServedPort> ports, Runnable first) {
    var obstacles = new CompletableFuture<List<String>>();
    thread.execute(
        () -> {
          var port = attached.get(key);
          if (port == null) {
            obstacles.complete(List.of());
          } else {
            if (!port.wanted.equals(ports)) {
              first.run();
              port.wanted = List.copyOf(ports);
            }
            obstacles.complete(serveWanted(port));
          }
        });
    return obstacles.minimalCompletionStage();
  }

  private List<String> serveWanted(Port port) {
    var free = new ArrayList<ServedPort>();
    var obstacles = new ArrayList<String>();
    for (var wanted : port.wanted) {
      var obstacle = isServed(wanted) ? Optional.<String>empty() : Listeners.obstacle(wanted);
      obstacle.ifPresentOrElse(obstacles::add, () -> free.add(wanted));
    }
    if (!port.served.equals(free)) {
      port.served = List.copyOf(free);
      changed();
    }
    return obstacles;
  }

  private boolean isServed(ServedPort wanted) {
    return attached.values().stream()
        .flatMap(port -> port.served.stream())
        .anyMatch(
            served ->
                served.udp() == wanted.udp()
                    && served.on().equals(wanted.on())
                    && served.publish() == wanted.publish());
  }

  /** Its address is free again, once no rule speaks of it. Idempotent. */
  public void release(InstanceKey key) {
    if (known.remove(key)) { // Most have no address, and need not wait.
      await(
          () -> {
            var port = attached.remove(key);
            if (port != null) {
              port.namespace.close();
              leaving.add(port.address);
              changed();
            }
            return true;
          });
    }
  }

  private Bridge bridge() {
    var there = bridge;
    if (there == null) {
      there = Bridge.make(kernel, nodeUid, places);
      bridge = there;
      thread.repeat(checkEvery, this::repair);
      rulesThread.repeat(checkEvery, there.rules()::repair);
    }
    return there;
  }

  private void repair() {
    bridge().repair(attached, spare);
    attached.values().stream()
        .filter(port -> !port.served.equals(port.wanted))
        .forEach(this::serveWanted);
  }

  private void refill() {
    while (spare.size() < READY) {
      spare.add(bridge().newPort());
    }
  }

  /** Many changes at once are one change of the rules; the first of them is made at once. */
  private void changed() {
    if (!changed && !adopting) {
      changed = true;
      long wait = Math.max(0, lastChange + APART.toNanos() - System.nanoTime());
      thread.after(Duration.ofNanos(wait), this::changeRules);
    }
  }

  private void changeRules() {
    changed = false;
    lastChange = System.nanoTime();
    var there = bridge();
    var ruleset = there.ruleset(attached);
    var unspokenOf = List.copyOf(leaving);
    rulesThread.execute(
        () -> {
          there.rules().apply(ruleset);
          thread.execute(() -> forget(unspokenOf));
        });
    rememberSoon(there);
  }

  private void forget(List<Ipv4> addresses) {
    addresses.stream().filter(leaving::remove).forEach(bridge()::giveBack);
  }

  private void rememberSoon(Bridge there) {
    if (!remembering) {
      remembering = true;
      thread.after(
          REMEMBER_AFTER,
          () -> {
            remembering = false;
            rulesThread.execute(there.rules()::remember);
          });
    }
  }

  private <T> T await(Supplier<T> action) {
    try {
      return thread.ask(action).orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    } catch (RejectedExecutionException e) {
      throw new RuntimeFailure("the node is stopping", true, e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeFailure failure) {
        throw failure;
      }
      throw new RuntimeFailure("cannot wire an instance: " + e.getCause(), true, e);
    }
  }

  /**
   * Removes all that bears the node's uid: rules, links, and that the machine forwards for it. To
   * be called when no agent and no instance of it runs. Idempotent.
   */
  public static void sweep(Kernel kernel, String nodeUid, Places places) {
    Bridge.remove(kernel, nodeUid, Files.exists(places.rangeFile()));
    new Forwarding(places.forwarding(), nodeUid).giveUp();
  }

  /** Stops watching; links and rules stay, for instances outlive their agent. */
  @Override
  public void close() {
    thread.close(
        PATIENCE,
        () -> {
          if (changed) {
            changeRules();
          }
        });
    rulesThread.close(PATIENCE, () -> {});
    attached.values().forEach(port -> port.namespace.close());
    spare.forEach(port -> port.namespace.close());
    var there = bridge;
    if (there != null) {
      there.close();
    }
  }
}
