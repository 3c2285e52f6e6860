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
 * Where facts leave the agent. What happened is kept, up to a bound, while there is no cluster, and
 * told in order when there is one again, with what was told last before: a connection is noticed to
 * be lost some time after it is. How things are is not kept, since it is told on every connection.
 */
final class Outbox {

  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  private static final int MAX_KEPT = 1000;

  /** So much of what was told before a connection ended may not have arrived. */
  private static final long DOUBTFUL_MILLIS = 15_000;

  private final String nodeUid;
  private final Deque<NodeFact.Happened> kept = new ArrayDeque<>();
  private final Deque<NodeFact.Happened> told = new ArrayDeque<>();
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
    kept.forEach(fact -> tell(newUplink, fact));
    kept.clear();
  }

  void disconnect(Uplink lost) {
    if (uplink.filter(current -> current == lost).isEmpty()) {
      return;
    }
    uplink = Optional.empty();
    long since = told.isEmpty() ? 0 : told.getLast().timeMillis() - DOUBTFUL_MILLIS;
    told.stream().filter(fact -> fact.timeMillis() >= since).forEach(this::keep);
    told.clear();
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
    uplink.ifPresentOrElse(link -> tell(link, fact), () -> keep(fact));
  }

  private void tell(Uplink link, NodeFact.Happened fact) {
    link.send(fact);
    told.addLast(fact);
    while (told.size() > MAX_KEPT
        || told.getFirst().timeMillis() < fact.timeMillis() - DOUBTFUL_MILLIS) {
      told.removeFirst();
    }
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
