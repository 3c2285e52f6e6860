package dev.regrow.gateway;

import dev.regrow.actors.bootstrap.Release;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.membership.Names;
import dev.regrow.core.membership.Naming;
import dev.regrow.core.store.FeatureLevel;
import dev.regrow.core.store.MembershipRefused;
import dev.regrow.core.store.raft.CertificateKeeper;
import dev.regrow.core.store.raft.RaftStore;
import dev.regrow.core.store.raft.RaftStoreConfig;
import dev.regrow.runtime.process.ServiceManager;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.StoredNode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code regrow node --role witness}: a vote in the store's group and nothing else: no workloads,
 * no gateway, no actor system. It leads only as long as no server can.
 */
final class Witness {

  static final String ROLE = "witness";

  private static final Logger LOG = LoggerFactory.getLogger(Witness.class);
  private static final long AGAIN_SECONDS = 1;

  private final NodeOptions options;
  private final InetAddress address;
  private final ServiceManager manager = ServiceManager.in(System.getenv());

  /** Why it cannot be registered, as its name is another's. */
  private final CompletableFuture<String> refused = new CompletableFuture<>();

  Witness(NodeOptions options, InetAddress address) {
    this.options = options;
    this.address = address;
  }

  /** Returns only when it has ended; by then the exit code is set. */
  void run(Path identityDirectory) {
    var shutdown = new Shutdown(() -> manager.stopping("Stopping"));
    var identity = identity(identityDirectory);
    var certificate = certificate(identity);
    var store = open(identity);
    shutdown.stopLast(
        () -> {
          certificate.close();
          return CompletableFuture.runAsync(store::close);
        });
    register(store, identity.nodeUid());
    HeapTrim.begin();
    LOG.info(
        "Witness {} ({}) votes at {}:{}; its data is in {}",
        options.name(),
        identity.nodeUid(),
        address.getHostAddress(),
        options.storePort(),
        options.data());
    manager.ready("Witness %s is there to vote".formatted(options.name()));
    var expelled = store.expelled().toCompletableFuture();
    var why =
        expelled
            .applyToEither(store.outgrown(), words -> words)
            .applyToEither(refused, words -> words)
            .join();
    LOG.error("{}", why);
    if (expelled.isDone()) {
      RemovedMark.in(options.data()).write(why);
    }
    System.err.println("regrow node: " + why);
    Shutdown.exit(1);
  }

  private static NodeIdentity identity(Path directory) {
    try {
      return NodeIdentity.open(directory)
          .orElseThrow(
              () ->
                  StartFailure.usage(
                      "a witness cannot form a cluster: give --join and --join-token-file"));
    } catch (IOException e) {
      throw StartFailure.refused("cannot read who this node is: " + e.getMessage());
    }
  }

  private CertificateKeeper certificate(NodeIdentity identity) {
    try {
      return CertificateKeeper.begin(
          identity, NodeRole.WITNESS, address.getHostAddress(), Clock.systemUTC());
    } catch (IOException e) {
      throw StartFailure.refused(String.valueOf(e.getMessage()));
    }
  }

  private RaftStore open(NodeIdentity identity) {
    try {
      return RaftStore.open(
          RaftStoreConfig.of(
                  options.data().resolve("store"),
                  address.getHostAddress(),
                  options.storePort(),
                  identity)
              .joining(identity.contacts())
              .asWitness());
    } catch (IOException e) {
      throw StartFailure.refused("cannot open the store: " + e.getMessage());
    }
  }

  /** Until it is done: the group may have no majority for as long as it likes. */
  private void register(RaftStore store, String uid) {
    var asker = new Naming.Asker(uid, options.name(), address.getHostAddress());
    new Names(store)
        .register(asker, this::describe, System.currentTimeMillis())
        .whenComplete(
            (done, failure) -> {
              if (failure != null && !store.expelled().toCompletableFuture().isDone()) {
                var cause = failure instanceof CompletionException ? failure.getCause() : failure;
                if (cause instanceof MembershipRefused taken) {
                  refused.complete(String.valueOf(taken.getMessage()));
                  return;
                }
                LOG.warn(
                    "this witness is not registered yet: {}",
                    cause == null ? failure.getMessage() : cause.getMessage());
                CompletableFuture.delayedExecutor(AGAIN_SECONDS, TimeUnit.SECONDS)
                    .execute(() -> register(store, uid));
              }
            });
  }

  private StoredNode describe(StoredNode before) {
    var node =
        before.toBuilder()
            .setName(options.name())
            .clearAddress() // It is a gateway's, and there is none.
            .clearRoles()
            .addAllRoles(List.of(ROLE))
            .setVersion(Release.version())
            .setFeatureLevel(FeatureLevel.KNOWN)
            .setPhase(NodePhase.NODE_READY);
    if (before.getJoinedAt() == 0) {
      node.setJoinedAt(System.currentTimeMillis());
    }
    return node.build();
  }
}
