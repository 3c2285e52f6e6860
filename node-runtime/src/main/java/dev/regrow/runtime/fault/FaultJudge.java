package dev.regrow.runtime.fault;

import dev.regrow.runtime.fault.FaultRefused.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether a fault may be begun, and what it would affect. Pure. */
final class FaultJudge {

  /** More than that at a time is no experiment any more. */
  static final int ACTIVE_MAX = 16;

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  private FaultJudge() {}

  /**
   * What is known of this node.
   *
   * @param allowed by its operator
   * @param canPause whether this machine's cgroups can be frozen
   * @param instance the one that is meant; null if it does not run here
   * @param active what goes on already
   */
  record Facts(
      Set<FaultKind> allowed,
      boolean canPause,
      @Nullable Target instance,
      Collection<Fault> active) {}

  /**
   * An instance that runs here.
   *
   * @param address its own; "" if it has none
   * @param memoryMaxBytes 0: no limit
   */
  record Target(String slot, String address, long memoryMaxBytes) {}

  /** Empty if it may be begun. */
  static Optional<FaultRefused> refusal(FaultOrder order, Facts facts) {
    var kind = order.kind();
    if (!facts.allowed().contains(kind)) {
      return refused(
          Kind.NOT_ALLOWED,
          "this node lets nobody put the fault %s into it: whoever runs it can start it with --allow-faults %s"
              .formatted(kind.text(), kind.text()));
    }
    if (order.length().toSeconds() > kind.secondsMax()) {
      return refused(
          Kind.INVALID,
          "%s lasts %d s at most, not %d s"
              .formatted(kind.text(), kind.secondsMax(), order.length().toSeconds()));
    }
    if (facts.active().size() >= ACTIVE_MAX) {
      return refused(
          Kind.CONFLICT, "%d faults go on on this node already; end one".formatted(ACTIVE_MAX));
    }
    if (facts.active().stream().anyMatch(active -> active.order().meets(order))) {
      return refused(Kind.CONFLICT, "the same fault goes on already; end it, or wait for its end");
    }
    return kind.isOfInstance() ? ofInstance(order, facts) : ofNode(order);
  }

  private static Optional<FaultRefused> ofInstance(FaultOrder order, Facts facts) {
    var kind = order.kind();
    if (order.instance() == null) {
      return refused(Kind.INVALID, kind.text() + " is done to an instance: say to which");
    }
    var target = facts.instance();
    if (target == null) {
      return refused(
          Kind.NOT_FOUND, "%s does not run on this node now".formatted(order.instance()));
    }
    return switch (kind) {
      case INSTANCE_PAUSE ->
          facts.canPause()
              ? Optional.empty()
              : refused(
                  Kind.CONFLICT, "an instance can be paused only where cgroup v2 is mounted, too");
      case INSTANCE_CUT ->
          target.address().isEmpty()
              ? refused(
                  Kind.CONFLICT,
                  "%s has no address of its own, so it cannot be cut off; that takes network bridge"
                      .formatted(target.slot()))
              : Optional.empty();
      case INSTANCE_MEMORY ->
          memoryBytes(order, target) == 0
              ? refused(
                  Kind.INVALID,
                  "%s has no limit of memory: say how much is to be taken (memory)"
                      .formatted(target.slot()))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<FaultRefused> ofNode(FaultOrder order) {
    if (order.kind() != FaultKind.PARTITION) {
      return Optional.empty();
    }
    if (order.peers().isEmpty()) {
      return refused(Kind.INVALID, "partition is from other nodes: say from which (peers)");
    }
    for (var peer : order.peers()) {
      if (!IPV4.matcher(peer.address()).matches()) {
        return refused(
            Kind.CONFLICT,
            "%s is at %s, and a cut is by IPv4 address".formatted(peer.words(), peer.address()));
      }
      if (peer.address().startsWith("127.")) {
        return refused(
            Kind.CONFLICT,
            "%s is on this machine, and a cut is between machines; scenarios with own machines (cluster: own) can cut those"
                .formatted(peer.words()));
      }
    }
    return Optional.empty();
  }

  /** How much is taken. */
  static long memoryBytes(FaultOrder order, Target target) {
    return order.memoryBytes() > 0 ? order.memoryBytes() : target.memoryMaxBytes() / 5 * 4;
  }

  /** What happens to what, each a sentence. */
  static List<String> affects(FaultOrder order, @Nullable Target target, int running) {
    var slot = target == null ? "" : target.slot();
    return switch (order.kind()) {
      case INSTANCE_KILL -> List.of("all processes of instance %s are killed".formatted(slot));
      case INSTANCE_PAUSE -> List.of("no process of instance %s goes on".formatted(slot));
      case INSTANCE_CUT ->
          List.of("instance %s reaches nothing, and nothing reaches it".formatted(slot));
      case INSTANCE_CPU ->
          List.of("%d processes compete with instance %s".formatted(order.cores(), slot));
      case INSTANCE_MEMORY ->
          List.of(
              "%d bytes of the memory of instance %s are taken"
                  .formatted(target == null ? 0 : memoryBytes(order, target), slot));
      case PARTITION -> cuts(order);
      case JVM_STOP ->
          List.of("this node's JVM stands still; its %d instances live on".formatted(running));
    };
  }

  private static List<String> cuts(FaultOrder order) {
    var all = new ArrayList<String>();
    for (var peer : order.peers()) {
      all.add("this machine and that of %s do not hear each other".formatted(peer.words()));
    }
    return all;
  }

  private static Optional<FaultRefused> refused(Kind kind, String why) {
    return Optional.of(new FaultRefused(kind, why));
  }
}
