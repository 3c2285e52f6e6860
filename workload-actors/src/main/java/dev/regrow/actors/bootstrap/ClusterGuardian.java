package dev.regrow.actors.bootstrap;

import dev.regrow.actors.agent.AgentDoor;
import dev.regrow.actors.bridge.BridgeDirectory;
import dev.regrow.actors.bridge.FactGate;
import dev.regrow.actors.bridge.GateMessage;
import dev.regrow.actors.bridge.NodeBridge;
import dev.regrow.core.store.Store;
import dev.regrow.runtime.image.ImageTags;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.cluster.typed.SelfUp;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * The root of one cluster system: once told how to get into the cluster, and up, it starts the
 * server's side and the node's bridge. If any of these fails, the whole system ends and is
 * replaced.
 */
final class ClusterGuardian {

  /** What it is told. */
  sealed interface Command {}

  /** Be the first member. */
  enum Form implements Command {
    INSTANCE
  }

  record JoinAt(List<Address> members) implements Command {}

  private record IsUp() implements Command {}

  /**
   * What it connects.
   *
   * @param tags what images stand for on this node
   * @param serving learns of the server's side once it is there
   */
  record Surroundings(
      String nodeUid,
      AgentDoor agent,
      ImageTags tags,
      Store store,
      NodeParts.ServerStarter server,
      Consumer<NodeParts.ServerSide> serving) {}

  private ClusterGuardian() {}

  /**
   * @param up called once this system is a member
   */
  static Behavior<Command> create(Surroundings surroundings, boolean isServer, Runnable up) {
    return Behaviors.setup(
        context -> {
          var cluster = Cluster.get(context.getSystem());
          cluster
              .subscriptions()
              .tell(
                  Subscribe.create(
                      context.messageAdapter(SelfUp.class, self -> new IsUp()), SelfUp.class));
          return Behaviors.receive(Command.class)
              .onMessage(
                  Form.class,
                  form -> {
                    cluster.manager().tell(Join.create(cluster.selfMember().address()));
                    return Behaviors.same();
                  })
              .onMessage(
                  JoinAt.class,
                  join -> {
                    cluster.manager().tell(new JoinSeedNodes(join.members()));
                    return Behaviors.same();
                  })
              .onMessage(
                  IsUp.class,
                  isUp -> {
                    connect(context, surroundings, isServer);
                    up.run();
                    return Behaviors.same();
                  })
              .build();
        });
  }

  private static void connect(
      ActorContext<Command> context, Surroundings surroundings, boolean isServer) {
    Optional<ActorRef<GateMessage>> gate = Optional.empty();
    var directory = new BridgeDirectory(context.getSystem().scheduler());
    if (isServer) {
      context.spawn(directory.watcher(), "bridge-directory");
      var side = surroundings.server().start(context.getSystem(), surroundings.store(), directory);
      gate =
          Optional.of(
              context.spawn(
                  FactGate.create(side.facts()),
                  "fact-gate",
                  DispatcherSelector.defaultDispatcher()));
      surroundings.serving().accept(side);
    }
    var uid = surroundings.nodeUid();
    var bridge =
        context.spawn(
            NodeBridge.create(uid, surroundings.agent(), surroundings.tags(), gate),
            NodeBridge.nameFor(uid));
    directory.add(uid, bridge);
    context
        .getLog()
        .info(
            "member of the cluster as {}",
            Cluster.get(context.getSystem()).selfMember().uniqueAddress());
  }
}
