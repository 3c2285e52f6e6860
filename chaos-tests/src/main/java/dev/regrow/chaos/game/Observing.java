package dev.regrow.chaos.game;

import dev.regrow.chaos.game.Judge.Count;
import dev.regrow.chaos.game.Judge.Look;
import dev.regrow.chaos.report.RunReport.Lane;
import dev.regrow.client.Paging;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.Scope;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Node;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadPhase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Looks at the cluster, a few times a second, through whichever node answers. */
final class Observing implements AutoCloseable {

  private static final Duration EVERY = Duration.ofMillis(200);
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(2);
  private static final Set<WorkloadPhase> CALM =
      Set.of(
          WorkloadPhase.WORKLOAD_READY,
          WorkloadPhase.WORKLOAD_COMPLETE,
          WorkloadPhase.WORKLOAD_REVERTED);

  private final RegrowClient client;
  private final Scope scope;
  private final LongSupplier millis;
  private final Lanes lanes = new Lanes();
  private final Map<String, List<Count>> ready = new HashMap<>();
  private final Map<String, List<Look>> looks = new HashMap<>();
  private final Set<String> workloads = new HashSet<>(Set.of(""));

  /** Who was as declared once: whoever was not, before anything happened, is no matter of ours. */
  private final Set<String> once = new HashSet<>();

  private final Set<String> nodesSeen = new HashSet<>();
  private final Set<String> nodesAway = new TreeSet<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            var thread = new Thread(work, "observer");
            thread.setDaemon(true);
            return thread;
          });

  private Observing(RegrowClient client, Scope scope, LongSupplier millis) {
    this.client = client;
    this.scope = scope;
    this.millis = millis;
  }

  static Observing start(Venue venue, LongSupplier millis) {
    var observing =
        new Observing(venue.client(ANSWERED_WITHIN), Scope.of(venue.namespace()), millis);
    var unused =
        observing.clock.scheduleWithFixedDelay(
            observing::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    return observing;
  }

  private void look() {
    long asked = millis.getAsLong();
    try {
      var nodes = Paging.nodes(client).getItemsList();
      var instances = Paging.instances(client, scope).getItemsList();
      var declared = Paging.workloads(client, scope).getItemsList();
      saw(millis.getAsLong(), nodes, instances, declared);
    } catch (RuntimeException nobody) {
      unknown(asked);
    }
  }

  /** Those that were ready once and are not at the last look, by name. */
  synchronized Set<String> nodesAway() {
    return Set.copyOf(nodesAway);
  }

  private synchronized void unknown(long atMillis) {
    workloads.forEach(each -> look(each, atMillis, false));
  }

  private synchronized void saw(
      long atMillis, List<Node> nodes, List<Instance> instances, List<Workload> declared) {
    lanes.saw(atMillis, nodes, instances);
    for (Node node : nodes) {
      if (node.getPhase() == NodePhase.NODE_READY) {
        nodesSeen.add(node.getName());
        nodesAway.remove(node.getName());
      } else if (nodesSeen.contains(node.getName())) {
        nodesAway.add(node.getName());
      }
    }
    boolean all = true;
    for (Workload workload : declared) {
      var name = workload.getName();
      workloads.add(name);
      boolean asDeclared = isAsDeclared(workload);
      look(name, atMillis, asDeclared);
      if (asDeclared) {
        once.add(name);
      }
      all &= asDeclared || !once.contains(name);
      int count =
          (int)
              instances.stream()
                  .filter(each -> each.getWorkload().equals(name) && each.getReady())
                  .count();
      ready.computeIfAbsent(name, fresh -> new ArrayList<>()).add(new Count(atMillis, count));
    }
    look("", atMillis, all);
  }

  static boolean isAsDeclared(Workload workload) {
    var status = workload.getStatus();
    return CALM.contains(status.getPhase())
        && status.getObservedIndex() >= workload.getIndex()
        && (status.getPhase() == WorkloadPhase.WORKLOAD_COMPLETE
            || status.getReady() == status.getDesired());
  }

  private void look(String workload, long atMillis, boolean asDeclared) {
    looks.computeIfAbsent(workload, fresh -> new ArrayList<>()).add(new Look(atMillis, asDeclared));
  }

  synchronized Map<String, List<Count>> ready() {
    return copy(ready);
  }

  synchronized Map<String, List<Look>> looks() {
    return copy(looks);
  }

  synchronized List<Lane> lanes() {
    return lanes.all();
  }

  private static <T> Map<String, List<T>> copy(Map<String, List<T>> lists) {
    var copy = new HashMap<String, List<T>>();
    lists.forEach((name, list) -> copy.put(name, List.copyOf(list)));
    return copy;
  }

  @Override
  public void close() {
    clock.shutdown();
    try {
      if (!clock.awaitTermination(ANSWERED_WITHIN.toMillis() * 4, TimeUnit.MILLISECONDS)) {
        clock.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.close();
  }
}
