package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.Aiming;
import dev.regrow.chaos.fault.Aiming.Scene;
import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultException;
import dev.regrow.chaos.fault.Plan.Planned;
import dev.regrow.v1.Instance;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a scenario would do to whom, as things stand now. Pure; who leads, and what runs where, may
 * be different by then, so limits are looked at again at each fault.
 */
public final class Rehearsal {

  /**
   * One fault that would happen.
   *
   * @param aimed with names only; as it was planned if nobody is meant
   * @param refused why it could not happen; "" if it could
   */
  public record Line(Planned planned, Fault aimed, Struck struck, String refused) {}

  private final List<Line> lines;
  private final Blast.Worst worst;

  private Rehearsal(List<Line> lines, Blast.Worst worst) {
    this.lines = List.copyOf(lines);
    this.worst = worst;
  }

  /** Equal arguments give the same. */
  public static Rehearsal of(Scenario scenario, Scene scene, List<Instance> instances, long seed) {
    var random = new Random(seed);
    var lines = new ArrayList<Line>();
    var placed = instances.stream().map(Rehearsal::placed).toList();
    var there = scene.with(Places.of(placed));
    for (Planned planned : scenario.plan().faults()) {
      lines.add(line(planned, there, placed, random));
    }
    var strikes =
        lines.stream()
            .map(
                each ->
                    new Blast.Strike(
                        each.planned().at(),
                        each.planned().until(),
                        each.struck().nodes(),
                        each.struck().instances()))
            .toList();
    return new Rehearsal(lines, Blast.of(strikes, scene.machines().size(), instances.size()));
  }

  /** What is nowhere yet will be on a node that has no other name so far. */
  private static Instance placed(Instance instance) {
    return instance.getNode().isEmpty()
        ? instance.toBuilder().setNode(Aiming.NODE_OF + instance.getSlot()).build()
        : instance;
  }

  private static Line line(Planned planned, Scene scene, List<Instance> instances, Random random) {
    try {
      var aimed = Aiming.aim(planned.fault(), scene, random);
      return new Line(planned, aimed, Struck.by(aimed, scene.machines(), instances), "");
    } catch (FaultException nobody) {
      var none = new Struck(java.util.Set.of(), java.util.Set.of());
      return new Line(planned, planned.fault(), none, String.valueOf(nobody.getMessage()));
    }
  }

  public List<Line> lines() {
    return lines;
  }

  public Blast.Worst worst() {
    return worst;
  }

  /** For people. */
  List<String> told(Scenario scenario, boolean instancesKnown) {
    var told = new ArrayList<String>();
    for (Line line : lines) {
      var when = "at %-6s %s".formatted(Fields.words(line.planned().at()), line.planned().fault());
      var whom =
          line.refused().isEmpty()
              ? instancesKnown || line.struck().nodes().isEmpty()
                  ? line.struck().toString()
                  : String.join(", ", line.struck().nodes()) + " with all that runs there"
              : "nobody: " + line.refused();
      told.add(when + "\n            strikes " + whom);
    }
    scenario
        .changes()
        .forEach(each -> told.add("at %-6s %s".formatted(Fields.words(each.at()), each.change())));
    return told;
  }
}
