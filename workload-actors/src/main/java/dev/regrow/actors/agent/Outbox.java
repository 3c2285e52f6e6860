package dev.regrow.actors.agent;

import dev.regrow.actors.instance.Report;
import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeFact;
import dev.regrow.v1.Instance;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where facts leave the agent. What happened is kept, up to a bound, while there is no cluster; how
 * things are is not, since it is told again on every connection.
 */
final class Outbox {

  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final int MAX_KEPT = 1000;

  private final String nodeUid;
  private final Deque<NodeFact.Happened> kept = new ArrayDeque<>();
  private Optional<Uplink> uplink = Optional.empty();
  private long dropped;
  private long sequence;

  /**
   * @param firstSequence larger than all that earlier agents of this node gave out
   */
  Outbox(String nodeUid, long firstSequence) {
    this.nodeUid = nodeUid;
    this.sequence = firstSequence;
  }

  Optional<Uplink> uplink() {
    return uplink;
  }

  void connect(Uplink newUplink) {
    uplink = Optional.of(newUplink);
    if (dropped > 0) {
      LOG.warn("{} events of this node were dropped while it had no cluster", dropped);
      dropped = 0;
    }
    kept.forEach(newUplink::send);
    kept.clear();
  }

  void disconnect(Uplink lost) {
    uplink = uplink.filter(current -> current != lost);
  }

  void observed(AssignmentRef assignment, Instance instance) {
    uplink.ifPresent(
        link -> link.send(new NodeFact.Observed(nodeUid, assignment, instance, nextSequence())));
  }

  void happened(Report.Happened event) {
    var fact =
        new NodeFact.Happened(
            nodeUid,
            event.assignment(),
            event.time().toEpochMilli(),
            event.reason(),
            event.message(),
            event.warning());
    uplink.ifPresentOrElse(link -> link.send(fact), () -> keep(fact));
  }

  void refused(AssignmentRef assignment, String reason, NodeFact.Summary summary) {
    uplink.ifPresent(link -> link.send(new NodeFact.Refused(nodeUid, assignment, reason, summary)));
  }

  void summary(NodeFact.Summary summary) {
    uplink.ifPresent(link -> link.send(summary));
  }

  long nextSequence() {
    return ++sequence;
  }

  private void keep(NodeFact.Happened fact) {
    if (kept.size() == MAX_KEPT) {
      kept.removeFirst();
      dropped++;
    }
    kept.addLast(fact);
  }
}
