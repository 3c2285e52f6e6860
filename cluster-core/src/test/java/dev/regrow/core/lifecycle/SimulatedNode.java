package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Demand;
import dev.regrow.core.model.End;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.placement.Candidate;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a node agent does, as far as an entity can see, on a machine without processes. */
final class SimulatedNode {

  final NodeRef ref;
  private final Simulation simulation;
  private final Demand capacity;
  private final Map<InstanceId, Running> instances = new TreeMap<>();
  private final Map<InstanceId, Boolean> banned = new TreeMap<>();
  private long sequence;
  Candidate.Access access = Candidate.Access.OPEN;

  /** One instance on this node. */
  static final class Running {
    final Target target;
    final Demand demand;
    Live.Phase phase = Live.Phase.STARTING;
    boolean ready;
    int restarts;
    @Nullable End end;

    Running(Target target, Demand demand) {
      this.target = target;
      this.demand = demand;
    }
  }

  SimulatedNode(Simulation simulation, String name, Demand capacity) {
    this.simulation = simulation;
    this.capacity = capacity;
    ref = new NodeRef("uid-" + name, name);
  }

  void run(Target target, Demand demand, boolean broken) {
    if (banned.containsKey(target.id())) {
      tellUnknown(target);
      return;
    }
    var known = instances.get(target.id());
    if (known != null) {
      tell(known);
      return;
    }
    if (!fits(demand)) {
      simulation.fact(new Input.Refused(target, "memory is short"));
      return;
    }
    var started = new Running(target, demand);
    instances.put(target.id(), started);
    tell(started);
    simulation.after(20 + simulation.random.nextInt(500), () -> becomeReady(started, broken));
  }

  private boolean fits(Demand demand) {
    return candidate().free().memoryBytes() >= demand.memoryBytes();
  }

  private void becomeReady(Running instance, boolean broken) {
    if (instance.phase == Live.Phase.STARTING) {
      instance.phase = broken ? Live.Phase.BACKOFF : Live.Phase.RUNNING;
      instance.ready = !broken;
      tell(instance);
    }
  }

  /** The process of some instance dies and is started again in place. */
  void crashOne() {
    instances.values().stream()
        .filter(instance -> instance.phase == Live.Phase.RUNNING)
        .findAny()
        .ifPresent(
            instance -> {
              instance.phase = Live.Phase.STARTING;
              instance.ready = false;
              instance.restarts++;
              tell(instance);
              simulation.after(50, () -> becomeReady(instance, false));
            });
  }

  void stop(Target target) {
    banned.put(target.id(), true);
    var known = instances.get(target.id());
    if (known == null) {
      tellUnknown(target);
    } else if (!known.phase.isFinal() && known.phase != Live.Phase.STOPPING) {
      known.phase = Live.Phase.STOPPING;
      known.ready = false;
      tell(known);
      simulation.after(10 + simulation.random.nextInt(300), () -> end(known, 0));
    } else {
      tell(known);
    }
  }

  private void end(Running instance, int code) {
    instance.phase = code == 0 ? Live.Phase.EXITED : Live.Phase.FAILED;
    instance.end = new End(code, "", "", 0, 0);
    tell(instance);
  }

  void forget(Target target) {
    instances.remove(target.id());
  }

  void tellAll() {
    instances.values().forEach(this::tell);
  }

  private void tell(Running instance) {
    var live =
        new Live(
            instance.phase,
            instance.ready,
            simulation.now().bootMillis(),
            instance.restarts,
            instance.end,
            "",
            ++sequence);
    simulation.fact(new Input.Observed(instance.target, live));
  }

  private void tellUnknown(Target target) {
    var end = new End(null, "", "", 0, 0);
    simulation.fact(
        new Input.Observed(target, new Live(Live.Phase.EXITED, false, 0, 0, end, "", ++sequence)));
  }

  /** Processes that may be alive. */
  Map<InstanceId, Running> alive() {
    var alive = new TreeMap<>(instances);
    alive.values().removeIf(instance -> instance.phase.isFinal());
    return alive;
  }

  Candidate candidate() {
    var reserved = alive().values().stream().map(i -> i.demand).reduce(Demand.NONE, Demand::plus);
    return new Candidate(ref, access, Map.of(), capacity, reserved);
  }
}
