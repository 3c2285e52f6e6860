package dev.regrow.actors.sharding;

import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.workload.Surroundings;
import dev.regrow.actors.workload.WorkloadCommand;
import dev.regrow.actors.workload.WorkloadEntity;
import dev.regrow.actors.workload.WorkloadReply;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/**
 * All workload entities, wherever in the cluster they live; each on one of the nodes with role
 * {@code server}. Nothing is remembered about which of them are alive: the store knows what is to
 * be done, and {@link Sweeper} wakes who has to do it.
 */
public final class Workloads {

  public static final EntityTypeKey<WorkloadCommand> KEY =
      EntityTypeKey.create(WorkloadCommand.class, "workload");

  private final ClusterSharding sharding;
  private final PatientAsk asking;

  private Workloads(ClusterSharding sharding, PatientAsk asking) {
    this.sharding = sharding;
    this.asking = asking;
  }

  /** Hosts entities on this node if it is a server; reaches those elsewhere in any case. */
  public static Workloads start(ActorSystem<?> system, Surroundings around) {
    var sharding = ClusterSharding.get(system);
    sharding.init(
        Entity.of(
                KEY,
                entity -> WorkloadEntity.create(entity.getEntityId(), around, entity.getShard()))
            .withRole("server")
            .withStopMessage(WorkloadCommand.Goodbye.INSTANCE));
    return new Workloads(sharding, new PatientAsk(system, around.store()::appliedIndex));
  }

  /** Tells one workload; may be lost. */
  public void tell(String namespace, String name, WorkloadCommand.Remote command) {
    sharding.entityRefFor(KEY, namespace + "/" + name).tell(command);
  }

  /** Passes a fact to the workload that it is about; what is about a node only, is about none. */
  public void deliver(NodeFact fact) {
    var assignment =
        fact instanceof NodeFact.Observed observed
            ? observed.assignment()
            : fact instanceof NodeFact.Refused refused
                ? refused.assignment()
                : fact instanceof NodeFact.Happened happened ? happened.assignment() : null;
    if (assignment != null) {
      tell(assignment.namespace(), assignment.workload(), new WorkloadCommand.Learn(fact));
    }
  }

  /**
   * Asks one workload, again and again if it must be, so that it does what is asked once; fails
   * with a {@link java.util.concurrent.TimeoutException}.
   */
  public CompletionStage<WorkloadReply> ask(
      String namespace, String name, Question question, Duration patience) {
    return asking.ask(sharding.entityRefFor(KEY, namespace + "/" + name), question, patience);
  }
}
