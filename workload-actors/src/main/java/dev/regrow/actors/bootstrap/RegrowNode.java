package dev.regrow.actors.bootstrap;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.control.Refusal;
import dev.regrow.core.identity.NodeIdentity;
import dev.regrow.core.identity.NodeRole;
import dev.regrow.core.store.Store;
import dev.regrow.core.store.StoreMembership;
import dev.regrow.runtime.NodeRuntime;
import dev.regrow.v1.NodeJoinReply;
import dev.regrow.v1.NodeJoinRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;

/**
 * A running node, for the gateway. Thread-safe. Parts appear as they come up, and the control plane
 * may go and come again with its cluster system.
 */
public final class RegrowNode {

  private final NodeConfig config;
  private final NodeIdentity identity;
  private final ActorSystem<?> nodeSystem;
  private final CompletableFuture<NodeRuntime> runtime;
  private final CompletableFuture<Store> store;
  private final Executor blocking;
  private final CompletableFuture<Void> serving = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final CompletableFuture<String> roleWanted = new CompletableFuture<>();
  private final CompletableFuture<String> expelled = new CompletableFuture<>();
  private volatile @Nullable ControlPlane control;
  private volatile @Nullable Stopper stopper;
  private volatile boolean member;
  private volatile boolean registered;
  private volatile boolean stopping;

  /** How a node is taken apart. */
  interface Stopper {
    CompletionStage<Void> stop(StopMode mode);

    void endClusterSystem();
  }

  RegrowNode(
      NodeConfig config,
      NodeIdentity identity,
      ActorSystem<?> nodeSystem,
      CompletableFuture<NodeRuntime> runtime,
      CompletableFuture<Store> store,
      Executor blocking) {
    this.config = config;
    this.identity = identity;
    this.nodeSystem = nodeSystem;
    this.runtime = runtime;
    this.store = store;
    this.blocking = blocking;
  }

  public String name() {
    return config.name();
  }

  public String uid() {
    return identity.nodeUid();
  }

  public NodeIdentity identity() {
    return identity;
  }

  public Path data() {
    return config.data();
  }

  /** The actor system that lives as long as the node: the place for the gateway's listener. */
  public ActorSystem<?> system() {
    return nodeSystem;
  }

  /**
   * Completes once the control plane was first there, and knows this node; fails with {@link
   * StartRefused}.
   */
  public CompletionStage<Void> serving() {
    return serving.minimalCompletionStage();
  }

  /** Completes once the node has stopped; fails with {@link StartRefused} if it cannot go on. */
  public CompletionStage<Void> ended() {
    return ended.minimalCompletionStage();
  }

  /**
   * Completes with {@code server} or {@code worker} once people want this node to be that, and it
   * is something else, or once a server must come again to be one: {@link #become} it, stop this
   * node, and start it as that.
   */
  public CompletionStage<String> roleWanted() {
    return roleWanted.minimalCompletionStage();
  }

  /** Completes with why, once this node was removed from the cluster: end what it runs, and it. */
  public CompletionStage<String> expelled() {
    return expelled.minimalCompletionStage();
  }

  /** Makes ready for another role, while this node still runs; tries until it is done. */
  public CompletionStage<Void> become(String role) {
    return store.thenCompose(
        opened -> new RoleChange(identity, opened, config.away()).become(role));
  }

  /** Present while this node is in the cluster. */
  public Optional<ControlPlane> control() {
    return Optional.ofNullable(control);
  }

  /** Present once this machine is open. */
  public Optional<NodeRuntime> runtime() {
    return presentIn(runtime);
  }

  /** Present once the store is open. */
  public Optional<Store> store() {
    return presentIn(store);
  }

  /** Empty when all is well, else a sentence that says what is missing. */
  public Optional<String> notReady() {
    if (store().isEmpty()) {
      return Optional.of("the store of node %s is opening".formatted(name()));
    }
    if (runtime().isEmpty()) {
      return Optional.of("node %s is preparing its machine".formatted(name()));
    }
    if (!config.isServer()) {
      return member && registered
          ? Optional.empty()
          : Optional.of("node %s is entering the cluster".formatted(name()));
    }
    return Optional.ofNullable(registered ? control : null)
        .map(ControlPlane::notReady)
        .orElseGet(() -> Optional.of(entering()));
  }

  private String entering() {
    return store()
        .map(Store::health)
        .filter(health -> !health.writable())
        .map(health -> "node %s is in no cluster now: %s".formatted(name(), health.message()))
        .orElse("node %s is entering the cluster".formatted(name()));
  }

  /**
   * Lets a new node into the cluster. Whether the asker may ask is the caller's question.
   *
   * @param role what it is to be
   * @return fails with {@link Refusal}
   */
  public CompletionStage<NodeJoinReply> admit(NodeJoinRequest request, NodeRole role) {
    var opened = store();
    if (opened.isEmpty() || !(opened.get() instanceof StoreMembership members)) {
      return CompletableFuture.failedFuture(
          new Refusal(
              Refusal.Kind.UNAVAILABLE, "the store of node %s is opening".formatted(name())));
    }
    return members
        .group()
        .thenComposeAsync(
            group -> new Admittance(identity, opened.get(), members, group).admit(request, role),
            blocking);
  }

  /**
   * Before its machine shuts down: what runs here is replaced elsewhere, for at most so long.
   *
   * @return completes with what came of it; fails if nobody could be asked
   */
  public CompletionStage<String> depart(Duration within) {
    return store()
        .map(opened -> new Departure(uid(), opened).within(within))
        .orElseGet(() -> CompletableFuture.completedStage("the store was not open yet"));
  }

  /** Stops within some seconds, plus the grace of instances if they are ended. Idempotent. */
  public CompletionStage<Void> stop(StopMode mode) {
    stopping = true;
    var parts = stopper;
    if (parts == null) {
      return ended();
    }
    return parts.stop(mode).whenComplete((done, failure) -> ended.complete(null));
  }

  void stopBy(Stopper newStopper) {
    stopper = newStopper;
  }

  void controlIs(ControlPlane newControl) {
    control = newControl;
    serveIfComplete();
  }

  void isMember() {
    member = true;
    serveIfComplete();
  }

  /** The store, as this node reads it, has what it says of itself. */
  void isRegistered() {
    registered = true;
    serveIfComplete();
  }

  /** A worker serves as soon as it is a member; a server once it has the control plane. */
  private void serveIfComplete() {
    if (registered && (config.isServer() ? control != null : member)) {
      serving.complete(null);
    }
  }

  /** For tests: ends the cluster system as being downed would. */
  void endClusterSystem() {
    var parts = stopper;
    if (parts != null) {
      parts.endClusterSystem();
    }
  }

  void isWanted(String role) {
    if (config.isServer() != role.equals(NodeConfig.SERVER)) {
      roleWanted.complete(role);
    }
  }

  /** Its server is none of the store's any more: who starts again is filled by the others. */
  void isLetGo() {
    roleWanted.complete(NodeConfig.SERVER);
  }

  void isExpelled(String why) {
    expelled.complete(why);
  }

  void controlIsGone() {
    member = false;
    control = null;
  }

  /** What ends while the node is being stopped ends because of that. */
  void cannotGoOn(StartRefused why) {
    if (stopping) {
      return;
    }
    serving.completeExceptionally(why);
    ended.completeExceptionally(why);
  }

  private static <T> Optional<T> presentIn(CompletableFuture<T> future) {
    return future.isDone() && !future.isCompletedExceptionally()
        ? Optional.of(future.join())
        : Optional.empty();
  }
}
