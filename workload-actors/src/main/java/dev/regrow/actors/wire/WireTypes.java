package dev.regrow.actors.wire;

import com.esotericsoftware.kryo.Serializer;
import com.google.protobuf.Internal;
import com.google.protobuf.MessageLite;
import dev.regrow.actors.bridge.BridgeMessage;
import dev.regrow.actors.bridge.GateMessage;
import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.actors.workload.WorkloadCommand;
import dev.regrow.actors.workload.WorkloadReply;
import dev.regrow.v1.Event;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.LastEnd;
import dev.regrow.v1.Plan;
import dev.regrow.v1.RestartPolicy;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The one table of what may cross between nodes, each with its number. A number is never given to
 * another type, not even after its own is gone; it then stays here as a comment.
 *
 * <p>To add a message: make it a public record that is a {@link WireMessage}, give each component a
 * {@link Tag}, add a line here and a sample to the test, and record its golden bytes.
 */
final class WireTypes {

  /** One line: a number, a type and how it is written. */
  record Entry(int id, Class<?> type, Serializer<?> serializer) {}

  private WireTypes() {}

  static List<Entry> table(RefFormat refs) {
    return List.of(
        // 0..9 are Kryo's own primitives and String.
        new Entry(20, List.class, new ValueSerializers.OfList()),
        new Entry(21, Map.class, new ValueSerializers.OfMap()),
        new Entry(22, Optional.class, new ValueSerializers.OfOptional()),
        new Entry(23, Duration.class, new ValueSerializers.OfDuration()),
        new Entry(24, Instant.class, new ValueSerializers.OfInstant()),
        new Entry(25, ActorRef.class, new ValueSerializers.OfActorRef(refs)),
        new Entry(26, Set.class, new ValueSerializers.OfSet()),
        // 40..99: messages of the schema.
        protobuf(40, Instance.class),
        protobuf(41, InstanceTemplate.class),
        protobuf(42, RestartPolicy.class),
        protobuf(43, LastEnd.class),
        protobuf(44, Workload.class),
        protobuf(45, Plan.class),
        protobuf(46, Event.class),
        // 100..149: link.
        record(100, AssignmentRef.class),
        record(101, NodeOrder.Run.class),
        record(102, NodeOrder.Stop.class),
        record(103, NodeOrder.Forget.class),
        record(110, NodeFact.Observed.class),
        record(111, NodeFact.Refused.class),
        record(112, NodeFact.Happened.class),
        record(113, NodeFact.Summary.class),
        // 150..199: bridge.
        record(150, BridgeMessage.Carry.class),
        record(151, BridgeMessage.AskForFacts.class),
        record(152, BridgeMessage.LookUp.class),
        record(153, BridgeMessage.Found.class),
        record(160, GateMessage.Tell.class),
        record(161, GateMessage.AskAssignments.class),
        record(162, GateMessage.Assignments.class),
        // 200..299: workload entities.
        record(200, WorkloadCommand.Apply.class),
        record(201, WorkloadCommand.Scale.class),
        record(202, WorkloadCommand.Rollback.class),
        record(203, WorkloadCommand.Restart.class),
        record(204, WorkloadCommand.Delete.class),
        record(205, WorkloadCommand.Learn.class),
        record(206, WorkloadCommand.Wake.class),
        record(207, WorkloadCommand.NodeChanged.class),
        record(208, WorkloadCommand.ContentsChanged.class),
        record(220, WorkloadReply.Done.class),
        record(221, WorkloadReply.Declined.class));
  }

  private static <T extends Record> Entry record(int id, Class<T> type) {
    return new Entry(id, type, new TaggedRecordSerializer<>(type));
  }

  private static <M extends MessageLite> Entry protobuf(int id, Class<M> type) {
    return new Entry(
        id, type, new ValueSerializers.OfProtobuf<>(Internal.getDefaultInstance(type)));
  }

  /** For the constants of an enumeration, which cross by their names. */
  static <E extends Enum<E>> Entry constants(int id, Class<E> type) {
    return new Entry(id, type, new ValueSerializers.OfEnum<>(type));
  }
}
