package dev.regrow.actors.bootstrap;

import dev.regrow.actors.control.ControlPlane;
import dev.regrow.actors.link.FactReceiver;
import dev.regrow.actors.link.NodeLink;
import dev.regrow.core.store.Store;
import dev.regrow.runtime.NodeRuntime;
import java.nio.file.Path;
import org.apache.pekko.actor.typed.ActorSystem;

/** What a node is made of besides its two systems; tests put others in. */
public record NodeParts(RuntimeOpener runtime, ServerStarter server) {

  /** Opens the machine; may block, and loads native code. */
  @FunctionalInterface
  public interface RuntimeOpener {

    /**
     * @throws dev.regrow.runtime.RuntimeFailure if this process may not run instances
     */
    NodeRuntime open(String nodeUid, Path instances, Path logs);
  }

  /** Starts the control plane in a new cluster system that this node is a member of. */
  @FunctionalInterface
  public interface ServerStarter {
    ServerSide start(ActorSystem<?> clusterSystem, Store store, NodeLink link);
  }

  /** The two doors of the control plane: to the gateway, and to the agents of nodes. */
  public record ServerSide(ControlPlane control, FactReceiver facts) {}
}
