package dev.regrow.core.lifecycle;

import dev.regrow.core.model.Demand;
import dev.regrow.core.model.End;
import dev.regrow.core.model.InstanceId;
import dev.regrow.core.model.LeaseTerms;
import dev.regrow.core.model.Live;
import dev.regrow.core.model.NodeRef;
import dev.regrow.core.placement.Candidate;
import java.util.ArrayList;
import java.util.List;
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
  private boolean renewing;
  private final List<Runnable> inbox = new ArrayList<>();
  Candidate.Access access = Candidate.Access.OPEN;

  /** Nothing comes or goes. */
  boolean cut;

  /** The agent does nothing, as after SIGSTOP; shims and processes go on. */
  boolean paused;

  /** How much slower its clock is than it should be: 1.005 is half a percent. */
  double slowness = 1;

  /** One instance on this node. */
  static final class Running {
    final Target target;
    final Demand demand;
    Live.Phase phase = Live.Phase.STARTING;
    boolean ready;
    int restarts;
    long leaseMillis;
    boolean broken;
    boolean fleeting;
    boolean process;
    boolean execUnderWay;
    long pulled;
    long deadline;
    @Nullable End end;

    Running(Target target, Demand demand) {
      this.target = target;
      this.demand = demand;
    }

    boolean leased() {
      return leaseMillis > 0;
    }
  }

  SimulatedNode(Simulation simulation, String name, Demand capacity) {
    this.simulation = simulation;
    this.capacity = capacity;
    ref = new NodeRef("uid-" + name, name);
  }

  /** What comes to the agent. */
  void reach(Runnable message) {
    if (!cut || paused) {
      locally(message);
    }
  }

  /** What happens on the machine itself, whoever is cut off. */
  private void locally(Runnable event) {
    if (paused) {
      inbox.add(event);
    } else {
      event.run();
    }
  }

  void resume() {
    paused = false;
    var late = List.copyOf(inbox);
    inbox.clear();
    late.forEach(Runnable::run);
  }

  private void renewForEver() {
    if (!paused) {
      simulation.leases.renew(this);
    }
    simulation.after((long) (LeaseTerms.RENEWAL_MILLIS * slowness), this::renewForEver);
  }

  /** The lease covers these; true: and they may be started. */
  void granted(long sent, Map<Target, Boolean> covered) {
    covered.forEach(
        (target, mayStart) -> {
          var instance = instances.get(target.id());
          if (instance == null || !instance.leased() || instance.target.epoch() != target.epoch()) {
            return;
          }
          if (instance.process || mayStart) {
            long until = sent + (long) (instance.leaseMillis * slowness);
            instance.deadline = Math.max(instance.deadline, until);
          }
          start(instance);
        });
  }

  private void start(Running instance) {
    boolean idle = !instance.process && !instance.execUnderWay;
    long left = instance.deadline - simulation.now().bootMillis();
    if (idle && instance.phase == Live.Phase.STARTING && left > 1_000) {
      instance.execUnderWay = true;
      simulation.after(simulation.random.nextInt(2_000), () -> locally(() -> exec(instance)));
    }
  }

  /** The shim has the last word. */
  private void exec(Running instance) {
    instance.execUnderWay = false;
    boolean inTime = simulation.now().bootMillis() < instance.deadline;
    if (!inTime || instance.phase != Live.Phase.STARTING) {
      return;
    }
    instance.process = true;
    simulation.leases.assertAlone(instance.target.slot());
    watch(instance);
    becomeReady(instance, instance.broken);
  }

  private void watch(Running instance) {
    long left = instance.deadline - simulation.now().bootMillis();
    if (instance.process && left <= 0) {
      // It kills within the time that the majority counts on.
      simulation.after(
          simulation.random.nextInt(900),
          () -> {
            instance.process = false;
            locally(() -> startAgain(instance));
          });
    } else if (instance.process) {
      simulation.after(Math.max(1, left), () -> watch(instance));
    }
  }

  private void startAgain(Running instance) {
    if (instance.phase == Live.Phase.RUNNING || instance.phase == Live.Phase.BACKOFF) {
      instance.phase = Live.Phase.STARTING;
      instance.ready = false;
      instance.restarts++;
      tell(instance);
    }
  }

  boolean isDown() {
    return access == Candidate.Access.DOWN;
  }

  int processesIn(int slot) {
    return (int)
        instances.values().stream().filter(i -> i.process && i.target.slot() == slot).count();
  }

  /**
   * @param program "bad" never gets ready, "fleeting" ends right after it was; the image of "large"
   *     comes for 25 s, that of "stuck" for 3 s and then no more
   * @param leaseMillis how long it lives without a renewal; 0: for ever
   */
  void run(Target target, Demand demand, String program, long leaseMillis) {
    boolean broken = program.equals("bad");
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
      fact(new Input.Refused(target, "memory is short"));
      return;
    }
    var started = new Running(target, demand);
    instances.put(target.id(), started);
    started.leaseMillis = leaseMillis;
    started.broken = broken;
    started.fleeting = program.equals("fleeting");
    tell(started);
    if (started.leased()) {
      if (!renewing) {
        renewing = true;
        renewForEver();
      } else {
        simulation.leases.renew(this);
      }
      return;
    }
    if (program.equals("large") || program.equals("stuck")) {
      pull(started, program.equals("large") ? 25 : 3, program.equals("large"));
      return;
    }
    simulation.after(20 + simulation.random.nextInt(500), () -> becomeReady(started, broken));
  }

  private void pull(Running instance, int left, boolean ends) {
    if (instance.phase != Live.Phase.STARTING) {
      return;
    }
    if (left == 0 && ends) {
      becomeReady(instance, false);
      return;
    }
    instance.pulled += left > 0 ? 1_000 : 0;
    tell(instance);
    simulation.after(1_000, () -> pull(instance, Math.max(0, left - 1), ends));
  }

  private boolean fits(Demand demand) {
    return candidate().free().memoryBytes() >= demand.memoryBytes();
  }

  private void becomeReady(Running instance, boolean broken) {
    if (instance.phase == Live.Phase.STARTING) {
      instance.phase = broken ? Live.Phase.BACKOFF : Live.Phase.RUNNING;
      instance.ready = !broken;
      tell(instance);
      if (instance.fleeting) {
        simulation.after(5, () -> endAtOnce(instance));
      }
    }
  }

  private void endAtOnce(Running instance) {
    if (instance.phase == Live.Phase.RUNNING) {
      instance.phase = Live.Phase.STARTING;
      instance.ready = false;
      instance.restarts++;
      tell(instance);
      simulation.after(100, () -> becomeReady(instance, false));
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
              instance.process = false;
              if (instance.leased()) {
                start(instance);
                return;
              }
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
    instance.process = false;
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
            0,
            instance.restarts,
            instance.end,
            "",
            ++sequence,
            instance.pulled,
            simulation.now().bootMillis());
    fact(new Input.Observed(instance.target, live));
  }

  private void tellUnknown(Target target) {
    var end = new End(null, "", "", 0, 0);
    fact(
        new Input.Observed(
            target, new Live(Live.Phase.EXITED, false, 0, 0, 0, end, "", ++sequence)));
  }

  private void fact(Input fact) {
    if (!cut) {
      simulation.fact(fact);
    }
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
