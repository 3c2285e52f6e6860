package dev.regrow.actors.bridge;

import dev.regrow.actors.link.NodeLink;
import dev.regrow.actors.link.NodeOrder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's end of the link: which bridge leads to which node. */
public final class BridgeDirectory implements NodeLink {

  private static final Logger LOG = LoggerFactory.getLogger(BridgeDirectory.class);

  private final Map<String, ActorRef<BridgeMessage>> bridges = new ConcurrentHashMap<>();

  @Override
  public void order(String nodeUid, NodeOrder order) {
    send(nodeUid, new BridgeMessage.Carry(order));
  }

  @Override
  public void askForFacts(String nodeUid) {
    send(nodeUid, new BridgeMessage.AskForFacts());
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
