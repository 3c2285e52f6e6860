package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.Aiming.Scene;
import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Injector;
import dev.regrow.cli.Failure;
import dev.regrow.client.ApiException;
import dev.regrow.client.ApiException.Applied;
import dev.regrow.client.Calls;
import dev.regrow.client.Context;
import dev.regrow.client.Paging;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.Scope;
import dev.regrow.v1.FaultRequest;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Node;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Faults that nodes put into themselves because they were told to and allow it. Each has its end
 * with it, so none outlives a harness that dies.
 */
final class NodeFaults implements Injector, AutoCloseable {

  /** Those that nodes can do, and what they call them. */
  static final Map<FaultKind, dev.regrow.v1.FaultKind> KINDS =
      Map.of(
          FaultKind.INSTANCE_KILL, dev.regrow.v1.FaultKind.INSTANCE_KILL,
          FaultKind.INSTANCE_PAUSE, dev.regrow.v1.FaultKind.INSTANCE_PAUSE,
          FaultKind.INSTANCE_CUT, dev.regrow.v1.FaultKind.INSTANCE_CUT,
          FaultKind.INSTANCE_CPU, dev.regrow.v1.FaultKind.INSTANCE_CPU,
          FaultKind.INSTANCE_MEMORY, dev.regrow.v1.FaultKind.INSTANCE_MEMORY,
          FaultKind.PARTITION, dev.regrow.v1.FaultKind.PARTITION,
          FaultKind.JVM_STOP, dev.regrow.v1.FaultKind.JVM_STOP);

  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final Duration LEAST = Duration.ofSeconds(1);

  /** A node counts in whole seconds, and lets an answer go before it stands still. */
  private static final Duration LATE = Duration.ofSeconds(2);

  private final String namespace;
  private final Random random;
  private final RegrowClient any;
  private final Map<String, RegrowClient> nodes = new LinkedHashMap<>();
  private final Map<String, String> machines;
  private final List<Begun> active = new ArrayList<>();

  /**
   * @param gateways the URLs of those nodes' that can be struck, by their names
   * @param machines the addresses of all nodes' machines, by their names: a cut is from witnesses,
   *     too, and a worker knows servers alone by name
   */
  NodeFaults(
      Context context, Map<String, String> gateways, Map<String, String> machines, long seed) {
    this.random = new Random(seed);
    this.namespace = context.namespace();
    this.machines = new TreeMap<>(machines);
    this.any = RegrowClient.of(context, ANSWERED_WITHIN);
    gateways.forEach(
        (name, address) -> nodes.put(name, RegrowClient.of(context.at(address), ANSWERED_WITHIN)));
  }

  /**
   * What every node allows.
   *
   * @throws Failure naming each node that does not say
   */
  @Override
  public Set<FaultKind> able() {
    var able = EnumSet.noneOf(FaultKind.class);
    able.addAll(KINDS.keySet());
    var silent = new ArrayList<String>();
    nodes.forEach(
        (name, client) -> {
          try {
            var allowed = client.send(Calls.faults(name)).getAllowedList();
            able.removeIf(kind -> !allowed.contains(KINDS.get(kind)));
          } catch (ApiException failed) {
            silent.add("node %s does not say what it allows: %s".formatted(name, words(failed)));
          }
        });
    if (!silent.isEmpty()) {
      throw Failure.error(String.join("\n", silent));
    }
    return able;
  }

  /**
   * What a node failed with.
   *
   * @throws ApiException.Denied when the token may not do this: then it may nowhere
   */
  private static String words(ApiException failed) {
    if (failed instanceof ApiException.Denied denied) {
      throw denied;
    }
    return String.valueOf(failed.getMessage());
  }

  @Override
  public Scene scene() {
    var servers =
        Paging.nodes(any).getItemsList().stream()
            .filter(node -> node.getRolesList().contains("server"))
            .map(Node::getName)
            .toList();
    var workloads =
        Paging.workloads(any, Scope.of(namespace)).getItemsList().stream()
            .map(Workload::getName)
            .toList();
    var leader = any.send(Calls.cluster()).getLeader();
    return new Scene(
        List.copyOf(nodes.keySet()),
        servers,
        nodes.containsKey(leader) ? leader : "", // Else a witness, until a server can lead.
        workloads);
  }

  @Override
  public Injection inject(Fault fault) {
    var kind = KINDS.get(fault.kind());
    if (kind == null) {
      throw new NotNow(fault.kind() + " cannot be done to a running cluster");
    }
    var all = new All(new ArrayList<>());
    try {
      for (var asked : requests(fault, kind)) {
        all.begun.add(begin(asked.node(), asked.request()));
      }
    } catch (ApiException refused) {
      all.undo();
      throw new NotNow(String.valueOf(refused.getMessage()));
    }
    return all;
  }

  private record Asked(String node, FaultRequest request) {}

  private List<Asked> requests(Fault fault, dev.regrow.v1.FaultKind kind) {
    var lasts = fault.lasts().compareTo(LEAST) < 0 ? LEAST : fault.lasts();
    var request =
        FaultRequest.newBuilder()
            .setKind(kind)
            .setNamespace(namespace)
            .setDuration(lasts.toMillis())
            .setCores(1);
    if (fault.settings().containsKey("cores")) {
      request.setCores((int) fault.setting("cores"));
    }
    if (fault.settings().containsKey("memory")) {
      request.setMemory(fault.setting("memory"));
    }
    return switch (fault.kind().aim()) {
      case INSTANCES ->
          named(fault.on()).stream()
              .map(
                  each ->
                      new Asked(each.getNode(), request.clone().setInstance(each.getId()).build()))
              .toList();
      default -> {
        var others =
            machines.entrySet().stream()
                .filter(each -> !fault.on().contains(each.getKey()))
                .map(Map.Entry::getValue)
                .distinct()
                .toList();
        boolean apart = fault.kind() == FaultKind.PARTITION;
        yield fault.on().stream()
            .map(
                node ->
                    new Asked(
                        node,
                        apart ? request.clone().addAllPeers(others).build() : request.build()))
            .toList();
      }
    };
  }

  /** Slots as they are; of a workload one, drawn. */
  private List<Instance> named(List<String> names) {
    var running =
        Paging.instances(any, Scope.of(namespace)).getItemsList().stream()
            .filter(each -> each.getPhase() == InstancePhase.INSTANCE_RUNNING)
            .sorted(Comparator.comparing(Instance::getSlot))
            .toList();
    var found = new ArrayList<Instance>();
    for (String name : names) {
      var meant =
          running.stream()
              .filter(each -> each.getSlot().equals(name) || each.getWorkload().equals(name))
              .toList();
      if (meant.isEmpty()) {
        throw new NotNow("nothing that is called " + name + " runs");
      }
      found.add(meant.get(random.nextInt(meant.size())));
    }
    return found;
  }

  private Begun begin(String node, FaultRequest request) {
    var client = nodes.getOrDefault(node, any);
    try {
      return begun(node, client, request, client.send(Calls.beginFault(node, request)));
    } catch (ApiException.Unreachable | ApiException.TimedOut | ApiException.Unavailable lost) {
      if (isUnknown(lost)) {
        var perhaps = begun(node, client, request, dev.regrow.v1.Fault.getDefaultInstance());
        endEach(List.of(perhaps));
      }
      throw lost;
    }
  }

  private Begun begun(
      String node, RegrowClient client, FaultRequest request, dev.regrow.v1.Fault fault) {
    var over = System.nanoTime() + LATE.plusMillis(request.getDuration()).toNanos();
    var begun = new Begun(node, client, request, fault, over);
    active.add(begun);
    return begun;
  }

  private static boolean isUnknown(ApiException lost) {
    return (lost instanceof ApiException.Unreachable away && away.applied() == Applied.UNKNOWN)
        || (lost instanceof ApiException.TimedOut late && late.applied() == Applied.UNKNOWN)
        || (lost instanceof ApiException.Unavailable busy && busy.applied() == Applied.UNKNOWN);
  }

  /**
   * One that a node has taken, or may have: then its id isn't known.
   *
   * @param overNanos when the node has ended it by itself, whatever becomes of us
   */
  private record Begun(
      String node,
      RegrowClient client,
      FaultRequest request,
      dev.regrow.v1.Fault fault,
      long overNanos) {

    /** A node that cannot be told, since it hangs or is cut off, ends it by itself. */
    void end() {
      while (true) {
        try {
          for (String id : ids()) {
            client.send(Calls.endFault(node, id));
          }
          return;
        } catch (ApiException.NotFound over) {
          return;
        } catch (ApiException.Unreachable | ApiException.TimedOut | ApiException.Unavailable away) {
          if (System.nanoTime() - overNanos > 0) {
            return;
          }
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
    }

    /** Where it isn't known: a node lets none like it happen beside it, so one like it is it. */
    private List<String> ids() {
      return fault.getId().isEmpty()
          ? client.send(Calls.faults(node)).getItemsList().stream()
              .filter(each -> each.getKind() == request.getKind())
              .filter(each -> each.getInstance().equals(request.getInstance()))
              .map(dev.regrow.v1.Fault::getId)
              .toList()
          : List.of(fault.getId());
    }
  }

  private final class All implements Injection {
    private final List<Begun> begun;

    All(List<Begun> begun) {
      this.begun = begun;
    }

    @Override
    public String done() {
      var words = new ArrayList<String>();
      begun.forEach(each -> words.addAll(each.fault().getAffectsList()));
      return String.join("; ", words);
    }

    @Override
    public void undo() {
      endEach(List.copyOf(begun));
      begun.clear();
    }
  }

  /** Also the others if one cannot be ended. */
  private void endEach(List<Begun> ending) {
    ApiException failure = null;
    for (var each : ending) {
      try {
        each.end();
      } catch (ApiException refused) {
        failure = failure == null ? refused : failure;
      }
      active.remove(each);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Ends all that goes on, first. */
  @Override
  public void close() {
    try {
      endEach(List.copyOf(active));
    } finally {
      nodes.values().forEach(RegrowClient::close);
      any.close();
    }
  }
}
