package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.Aim;
import dev.regrow.chaos.fault.Fault;
import dev.regrow.v1.Instance;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whom a fault strikes, as things stand.
 *
 * @param nodes by name
 * @param instances by slot, those named and those on its nodes; "one of web" where a workload is
 *     named
 */
public record Struck(Set<String> nodes, Set<String> instances) {

  public Struck {
    nodes = Set.copyOf(nodes);
    instances = Set.copyOf(instances);
  }

  /**
   * @param fault with names only
   * @param all nodes there are
   */
  public static Struck by(Fault fault, List<String> all, List<Instance> instances) {
    if (fault.kind().aim() == Aim.INSTANCES) {
      var workloads = instances.stream().map(Instance::getWorkload).collect(Collectors.toSet());
      return new Struck(
          Set.of(),
          fault.on().stream()
              .map(name -> workloads.contains(name) ? "one of " + name : name)
              .collect(Collectors.toSet()));
    }
    var nodes = fault.kind().aim() == Aim.CLUSTER ? all : fault.on();
    return new Struck(
        Set.copyOf(nodes),
        slots(instances.stream().filter(each -> nodes.contains(each.getNode())).toList()));
  }

  private static Set<String> slots(List<Instance> instances) {
    return instances.stream().map(Instance::getSlot).collect(Collectors.toSet());
  }

  /** As "node n2 with web-0, web-3". */
  @Override
  public String toString() {
    var where = String.join(", ", new TreeSet<>(nodes));
    var what = instances.isEmpty() ? "no instance" : String.join(", ", new TreeSet<>(instances));
    return nodes.isEmpty() ? what : where + " with " + what;
  }
}
