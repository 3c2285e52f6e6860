package dev.regrow.actors.bridge;

import dev.regrow.actors.link.NodeLink;
import dev.regrow.actors.link.NodeOrder;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's end of the link: which bridge leads to which node. */
public final class BridgeDirectory implements NodeLink {

  private static final Logger LOG = LoggerFactory.getLogger(BridgeDirectory.class);

  private static final Duration FOUND_WITHIN = Duration.ofSeconds(3);

  private final Map<String, ActorRef<BridgeMessage>> bridges = new ConcurrentHashMap<>();
  private final Scheduler scheduler;

  public BridgeDirectory(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  @Override
  public void order(String nodeUid, NodeOrder order) {
    send(nodeUid, new BridgeMessage.Carry(order));
  }

  @Override
  public void askForFacts(String nodeUid) {
    send(nodeUid, new BridgeMessage.AskForFacts());
  }

  @Override
  public CompletionStage<Optional<String>> lookUp(String image, boolean never) {
    var first = new CompletableFuture<Optional<String>>();
    var asked =
        bridges.values().stream()
            .map(
                bridge ->
                    AskPattern.<BridgeMessage, BridgeMessage.Found>ask(
                            bridge,
                            replyTo -> new BridgeMessage.LookUp(image, never, replyTo),
                            FOUND_WITHIN,
                            scheduler)
                        .thenAccept(
                            found -> {
                              if (!found.digest().isEmpty()) {
                                first.complete(Optional.of(found.digest()));
                              }
                            })
                        .toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    var unused =
        CompletableFuture.allOf(asked)
            .whenComplete((all, failure) -> first.complete(Optional.empty()));
    return first;
  }

  private void send(String nodeUid, BridgeMessage message) {
    var bridge = bridges.get(nodeUid);
    if (bridge == null) {
      LOG.debug("no way to node {}; lost: {}", nodeUid, message.getClass().getSimpleName());
    } else {
      bridge.tell(message);
    }
  }

  /** This node's own bridge is known without asking anybody. */
  public void add(String nodeUid, ActorRef<BridgeMessage> bridge) {
    bridges.put(nodeUid, bridge);
  }

  /** Keeps the directory as the receptionist says. */
  public Behavior<Receptionist.Listing> watcher() {
    return Behaviors.setup(
        context -> {
          context
              .getSystem()
              .receptionist()
              .tell(Receptionist.subscribe(NodeBridge.KEY, context.getSelf()));
          return Behaviors.receiveMessage(
              listing -> {
                take(listing);
                return Behaviors.same();
              });
        });
  }

  private void take(Receptionist.Listing listing) {
    var found = new ConcurrentHashMap<String, ActorRef<BridgeMessage>>();
    listing
        .getServiceInstances(NodeBridge.KEY)
        .forEach(bridge -> found.put(NodeBridge.nodeUidOf(bridge), bridge));
    bridges.putAll(found);
    // A local bridge stays: it is there before the receptionist has heard of it.
    bridges
        .entrySet()
        .removeIf(known -> !found.containsKey(known.getKey()) && isRemote(known.getValue()));
  }

  private static boolean isRemote(ActorRef<BridgeMessage> bridge) {
    return bridge.path().address().hasGlobalScope();
  }
}
