package dev.regrow.actors.bridge;

import dev.regrow.actors.agent.AgentDoor;
import dev.regrow.actors.agent.Uplink;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.runtime.image.BadImage;
import dev.regrow.runtime.image.ImageReference;
import dev.regrow.runtime.image.ImageTags;
import dev.regrow.runtime.image.PullPolicy;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * One node's end of the link, in the cluster system: passes orders to the agent's door, and the
 * agent's facts to the gate of every server. The agent is connected while at least one gate is
 * known. What servers call a bridge by is its actor's name, which holds the node's uid.
 */
public final class NodeBridge {

  static final ServiceKey<BridgeMessage> KEY =
      ServiceKey.create(BridgeMessage.class, "regrow-node-bridges");

  private static final String NAME_PREFIX = "bridge-";
  private static final Duration ASSIGNMENTS_WITHIN = Duration.ofSeconds(5);

  private final ActorContext<Object> context;
  private final String nodeUid;
  private final AgentDoor door;
  private final ImageTags tags;
  private final Scheduler scheduler;
  private final Optional<ActorRef<GateMessage>> localGate;
  private final Uplink uplink = new ClusterUplink();
  private volatile Set<ActorRef<GateMessage>> gates = Set.of();

  private NodeBridge(
      ActorContext<Object> context,
      String nodeUid,
      AgentDoor door,
      ImageTags tags,
      Optional<ActorRef<GateMessage>> localGate) {
    this.context = context;
    this.nodeUid = nodeUid;
    this.door = door;
    this.tags = tags;
    this.scheduler = context.getSystem().scheduler();
    this.localGate = localGate;
  }

  /** The name that the bridge's actor must have. */
  public static String nameFor(String nodeUid) {
    return NAME_PREFIX + nodeUid;
  }

  static String nodeUidOf(ActorRef<BridgeMessage> bridge) {
    return bridge.path().name().substring(NAME_PREFIX.length());
  }

  /**
   * @param tags what images stand for on this node
   * @param localGate this node's own, if it is a server: known without asking anybody
   */
  public static Behavior<BridgeMessage> create(
      String nodeUid, AgentDoor door, ImageTags tags, Optional<ActorRef<GateMessage>> localGate) {
    return Behaviors.<Object>setup(
            context -> new NodeBridge(context, nodeUid, door, tags, localGate).start())
        .narrow();
  }

  private Behavior<Object> start() {
    var receptionist = context.getSystem().receptionist();
    receptionist.tell(Receptionist.register(KEY, context.getSelf().narrow()));
    receptionist.tell(
        Receptionist.subscribe(
            FactGate.KEY, context.messageAdapter(Receptionist.Listing.class, GatesFound::new)));
    use(Set.of());
    return Behaviors.receive(Object.class)
        .onMessage(
            BridgeMessage.Carry.class,
            carry -> {
              door.order(carry.order());
              return Behaviors.same();
            })
        .onMessage(
            BridgeMessage.AskForFacts.class,
            ask -> {
              door.tellFacts();
              return Behaviors.same();
            })
        .onMessage(
            BridgeMessage.LookUp.class,
            asked -> {
              lookUp(asked);
              return Behaviors.same();
            })
        .onMessage(
            GatesFound.class,
            found -> {
              use(found.listing().getServiceInstances(FactGate.KEY));
              return Behaviors.same();
            })
        .onSignal(
            PostStop.class,
            stopped -> {
              door.disconnect(uplink);
              return Behaviors.same();
            })
        .build();
  }

  private void lookUp(BridgeMessage.LookUp asked) {
    try {
      var reference = ImageReference.parse(asked.image());
      boolean here = asked.never() || reference instanceof ImageReference.Layout;
      var policy = here && !asked.never() ? PullPolicy.MISSING : PullPolicy.NEVER;
      tags.resolve(reference, policy, null)
          .whenComplete(
              (digest, failure) ->
                  asked
                      .replyTo()
                      .tell(
                          failure == null
                              ? new BridgeMessage.Found(digest.toString(), "")
                              : new BridgeMessage.Found("", String.valueOf(failure.getMessage()))));
    } catch (BadImage bad) {
      asked.replyTo().tell(new BridgeMessage.Found("", String.valueOf(bad.getMessage())));
    }
  }

  private record GatesFound(Receptionist.Listing listing) {}

  private void use(Set<ActorRef<GateMessage>> found) {
    var now = new HashSet<>(found);
    localGate.ifPresent(now::add);
    var before = gates;
    gates = Set.copyOf(now);
    if (gates.isEmpty() && !before.isEmpty()) {
      door.disconnect(uplink);
    } else if (before.isEmpty() && !gates.isEmpty()) {
      door.connect(uplink);
    } else if (!before.containsAll(gates)) {
      door.tellFacts(); // A new server has not heard anything yet.
    }
  }

  /** The gate that also delivers: our own if there is one, else any, the same for all facts. */
  private Optional<ActorRef<GateMessage>> deliverer() {
    return localGate.or(
        () -> gates.stream().min(Comparator.comparing(gate -> gate.path().toString())));
  }

  /** What the agent holds of us; called from its threads. */
  private final class ClusterUplink implements Uplink {

    @Override
    public void send(NodeFact fact) {
      var deliverer = deliverer();
      for (var gate : gates) {
        gate.tell(new GateMessage.Tell(fact, deliverer.filter(gate::equals).isPresent()));
      }
    }

    @Override
    public CompletionStage<List<NodeOrder.Run>> assignments() {
      return deliverer()
          .map(
              gate ->
                  AskPattern.<GateMessage, GateMessage.Assignments>ask(
                          gate,
                          replyTo -> new GateMessage.AskAssignments(nodeUid, replyTo),
                          ASSIGNMENTS_WITHIN,
                          scheduler)
                      .thenCompose(NodeBridge::runsOf))
          .orElseGet(() -> CompletableFuture.failedFuture(new LinkFailure("no server is known")));
    }
  }

  private static CompletionStage<List<NodeOrder.Run>> runsOf(GateMessage.Assignments answer) {
    return answer.failure().isEmpty()
        ? CompletableFuture.completedFuture(answer.runs())
        : CompletableFuture.failedFuture(new LinkFailure(answer.failure()));
  }

  /** The cluster could not answer. */
  static final class LinkFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LinkFailure(String message) {
      super(message);
    }
  }
}
