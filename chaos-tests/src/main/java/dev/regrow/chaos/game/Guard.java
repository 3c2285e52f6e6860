package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.Aiming;
import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Injector;
import dev.regrow.v1.Instance;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Lets through what a scenario's limits allow, counted anew at each fault: whom a word means, and
 * what runs there, is known only then.
 */
final class Guard implements Injector {

  private final Injector injector;
  private final Scenario.Limits limits;
  private final Supplier<List<Instance>> instances;
  private final Set<Held> active = new LinkedHashSet<>();

  /**
   * @param instances that run now
   */
  Guard(Injector injector, Scenario.Limits limits, Supplier<List<Instance>> instances) {
    this.injector = injector;
    this.limits = limits;
    this.instances = instances;
  }

  @Override
  public Set<FaultKind> able() {
    var able = new HashSet<>(injector.able());
    able.retainAll(limits.allow());
    return able;
  }

  @Override
  public Aiming.Scene scene() {
    return injector.scene().with(Places.of(instances.get()));
  }

  @Override
  public Injection inject(Fault fault) {
    if (!limits.allow().contains(fault.kind())) {
      throw new NotNow(fault.kind() + " is not among limits.allow");
    }
    var running = instances.get();
    var nodes = injector.scene().machines();
    var struck = Struck.by(fault, nodes, running);
    limits
        .blastRadius()
        .ifPresent(
            radius -> {
              var worst = together(struck, nodes.size(), running.size());
              if (!radius.allows(worst)) {
                throw new NotNow(
                    "%s would be struck, and limits.blastRadius is %s".formatted(worst, radius));
              }
            });
    var held = new Held(injector.inject(fault), struck, fault.kind().lasting());
    if (fault.kind().lasting()) {
      active.add(held);
    }
    return held;
  }

  private Blast.Worst together(Struck more, int allNodes, int allInstances) {
    var nodes = new HashSet<>(more.nodes());
    var struck = new HashSet<>(more.instances());
    active.forEach(
        held -> {
          nodes.addAll(held.struck.nodes());
          struck.addAll(held.struck.instances());
        });
    return new Blast.Worst(nodes.size(), struck.size(), allNodes, allInstances);
  }

  /** How many are in place that have not been taken away. */
  int left() {
    return active.size();
  }

  private final class Held implements Injection {
    private final Injection injection;
    private final Struck struck;
    private final boolean lasting;

    Held(Injection injection, Struck struck, boolean lasting) {
      this.injection = injection;
      this.struck = struck;
      this.lasting = lasting;
    }

    @Override
    public String done() {
      return injection.done();
    }

    @Override
    public void undo() {
      injection.undo();
      if (lasting) {
        active.remove(this);
      }
    }
  }
}
