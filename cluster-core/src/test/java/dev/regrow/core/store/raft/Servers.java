package dev.regrow.core.store.raft;

import dev.regrow.core.identity.ClusterAuthority;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeJoin;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.store.StoreGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Servers of one group in this process, each at a loopback address of its own: 127.0.0.1, .2, … */
final class Servers implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path root;
  private final List<RaftStoreConfig> configs = new ArrayList<>();
  private final List<@Nullable RaftStore> stores = new ArrayList<>();

  private Servers(Path root) {
    this.root = root;
  }

  /** The first server, alone. */
  static Servers first(Path root) throws IOException {
    var servers = new Servers(root);
    servers.configs.add(config(root.resolve("n1"), 1, servers.founder()));
    servers.stores.add(RaftStore.open(servers.configs.get(0)));
    return servers;
  }

  /** So many servers that vote. */
  static Servers voting(Path root, int count) throws Exception {
    Servers servers = first(root);
    try {
      for (int i = 1; i < count; i++) {
        servers.join();
      }
      servers.awaitGroup(group -> group.voters().size() == count, count + " voters");
      return servers;
    } catch (Exception | AssertionError failed) {
      servers.close();
      throw failed;
    }
  }

  private NodeIdentity founder() throws IOException {
    return NodeIdentity.openOrBootstrap(
        root.resolve("n1/identity"), "127.0.0.1", Clock.systemUTC());
  }

  /** One more server, let in through the first. */
  RaftStore join() throws IOException {
    return join(false);
  }

  RaftStore join(boolean witness) throws IOException {
    int number = configs.size() + 1;
    Path data = root.resolve("n" + number);
    var config =
        config(data, number, admitted(data, number, witness ? NodeRole.WITNESS : NodeRole.SERVER))
            .joining(contacts());
    return add(witness ? config.asWitness() : config);
  }

  private RaftStore add(RaftStoreConfig config) throws IOException {
    configs.add(config);
    RaftStore store = RaftStore.open(config);
    stores.add(store);
    return store;
  }

  private List<String> contacts() {
    return List.of(configs.get(0).address());
  }

  /** An identity for one more node, signed by the first one's authority. */
  NodeIdentity admitted(Path data, int number) throws IOException {
    return admitted(data, number, NodeRole.SERVER);
  }

  NodeIdentity admitted(Path data, int number, NodeRole role) throws IOException {
    var join = NodeJoin.prepare(data.resolve("identity"), "127.0.0." + number);
    var authority = ClusterAuthority.of(founder()).orElseThrow();
    return join.accept(
        authority.admit(join.request(), role, contacts(), Instant.now(), Duration.ofDays(30)));
  }

  private static RaftStoreConfig config(Path data, int number, NodeIdentity identity)
      throws IOException {
    String host = "127.0.0." + number;
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return RaftStoreConfig.of(data.resolve("store"), host, socket.getLocalPort(), identity);
    }
  }

  /** The server of this number, from 1. */
  RaftStore get(int number) {
    return Objects.requireNonNull(stores.get(number - 1), "server " + number + " is stopped");
  }

  RaftStoreConfig config(int number) {
    return configs.get(number - 1);
  }

  void reconfigure(int number, RaftStoreConfig config) {
    configs.set(number - 1, config);
  }

  void stop(int number) {
    get(number).close();
    stores.set(number - 1, null);
  }

  RaftStore start(int number) throws IOException {
    RaftStore store = RaftStore.open(configs.get(number - 1));
    stores.set(number - 1, store);
    return store;
  }

  /** The number of the server that leads. */
  int leader() {
    await(() -> anyLeader() > 0, () -> "nobody leads");
    return anyLeader();
  }

  int follower() {
    int leader = leader();
    for (int i = 1; i <= stores.size(); i++) {
      if (i != leader && stores.get(i - 1) != null) {
        return i;
      }
    }
    throw new AssertionError("no follower");
  }

  private int anyLeader() {
    for (int i = 1; i <= stores.size(); i++) {
      RaftStore store = stores.get(i - 1);
      if (store != null && store.keeper().isReady()) {
        return i;
      }
    }
    return 0;
  }

  StoreGroup awaitGroup(Predicate<StoreGroup> wanted, String what) {
    var last = new Object[] {"nothing yet"};
    await(
        () -> {
          try {
            StoreGroup group =
                get(leader())
                    .group()
                    .toCompletableFuture()
                    .get(10, java.util.concurrent.TimeUnit.SECONDS);
            last[0] = group;
            return wanted.test(group);
          } catch (Exception notNow) {
            last[0] = notNow;
            return false;
          }
        },
        () -> "waited for " + what + ", last seen " + last[0]);
    return (StoreGroup) last[0];
  }

  static void await(BooleanSupplier fact, Supplier<String> lastSeen) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!fact.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("after " + PATIENCE + ": " + lastSeen.get());
      }
      java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
    }
  }

  void stopAll() {
    stores.stream().flatMap(Stream::ofNullable).toList().parallelStream()
        .forEach(RaftStore::closeWithOthers);
    stores.replaceAll(closed -> null);
  }

  @Override
  public void close() {
    stopAll();
  }
}
