package dev.regrow.actors.control;

import dev.regrow.actors.board.Board;
import dev.regrow.actors.content.ContentKeeper;
import dev.regrow.actors.content.ContentWatch;
import dev.regrow.actors.link.FactReceiver;
import dev.regrow.actors.link.NodeLink;
import dev.regrow.actors.sharding.DrainKeeper;
import dev.regrow.actors.sharding.NodeWatch;
import dev.regrow.actors.sharding.Sweeper;
import dev.regrow.actors.sharding.Workloads;
import dev.regrow.actors.workload.Surroundings;
import dev.regrow.actors.workload.WorkloadCommand;
import dev.regrow.core.model.Now;
import dev.regrow.core.store.Store;
import dev.regrow.runtime.image.ImageTags;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;

/**
 * The control plane of one cluster system: made with it, gone with it.
 *
 * @param controlPlane for the gateway
 * @param facts for the agents of nodes
 */
public record ControlPlaneModule(ControlPlane controlPlane, FactReceiver facts) {

  /**
   * Starts what this node has of the control plane; on a server that includes workload entities and
   * the sweep that wakes them.
   *
   * @param link the way to the agents of nodes
   * @param clock CLOCK_BOOTTIME and wall clock
   * @param tags learns what tags stand for
   */
  public static ControlPlaneModule start(
      ActorSystem<?> clusterSystem,
      Store store,
      NodeLink link,
      Supplier<Now> clock,
      ImageTags tags) {
    var board = new Board(clock);
    var workloads = Workloads.start(clusterSystem, new Surroundings(store, board, link, clock));
    clusterSystem.systemActorOf(
        Sweeper.create(store, board, workloads, link), "workload-sweeper", Props.empty());
    clusterSystem.systemActorOf(
        DrainKeeper.create(store, board, clock), "drain-keeper", Props.empty());
    NodeWatch.start(clusterSystem, store, board, workloads);
    ContentWatch.start(
        store,
        (namespace, name) ->
            workloads.tell(namespace, name, new WorkloadCommand.ContentsChanged()));
    clusterSystem.systemActorOf(ContentKeeper.create(store), "content-keeper", Props.empty());
    return new ControlPlaneModule(
        new ClusterControlPlane(clusterSystem, store, board, workloads, clock, tags, link),
        new ClusterFacts(store, board, workloads));
  }
}
