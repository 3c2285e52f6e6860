package dev.regrow.actors.bridge;

import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.wire.Tag;
import dev.regrow.actors.wire.WireMessage;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** What the bridges of nodes send to the gate of a server. */
public sealed interface GateMessage extends WireMessage {

  /**
   * @param deliver whether this server is the one that passes it to the workload
   */
  record Tell(@Tag(1) NodeFact fact, @Tag(2) boolean deliver) implements GateMessage {}

  record AskAssignments(@Tag(1) String nodeUid, @Tag(2) ActorRef<Assignments> replyTo)
      implements GateMessage {}

  /**
   * The answer to {@link AskAssignments}.
   *
   * @param failure why the store could not say; "" when it could
   */
  record Assignments(@Tag(1) List<NodeOrder.Run> runs, @Tag(2) String failure)
      implements WireMessage {}
}
