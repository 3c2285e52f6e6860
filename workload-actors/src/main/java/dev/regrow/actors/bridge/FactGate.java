package dev.regrow.actors.bridge;

import dev.regrow.actors.link.FactReceiver;
import dev.regrow.actors.link.NodeOrder;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;

/** Where facts of all nodes enter the control plane of one server. */
public final class FactGate {

  static final ServiceKey<GateMessage> KEY =
      ServiceKey.create(GateMessage.class, "regrow-fact-gates");

  private FactGate() {}

  public static Behavior<GateMessage> create(FactReceiver receiver) {
    return Behaviors.setup(
        context -> {
          context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
          return Behaviors.receive(GateMessage.class)
              .onMessage(
                  GateMessage.Tell.class,
                  told -> {
                    receiver.learn(told.fact());
                    if (told.deliver()) {
                      receiver.deliver(told.fact());
                    }
                    return Behaviors.same();
                  })
              .onMessage(
                  GateMessage.AskAssignments.class,
                  asked -> {
                    receiver
                        .assignmentsOf(asked.nodeUid())
                        .whenComplete((runs, failure) -> answer(asked.replyTo(), runs, failure));
                    return Behaviors.same();
                  })
              .build();
        });
  }

  private static void answer(
      ActorRef<GateMessage.Assignments> replyTo,
      @Nullable List<NodeOrder.Run> runs,
      @Nullable Throwable failure) {
    replyTo.tell(
        runs == null
            ? new GateMessage.Assignments(List.of(), String.valueOf(failure))
            : new GateMessage.Assignments(runs, ""));
  }
}
