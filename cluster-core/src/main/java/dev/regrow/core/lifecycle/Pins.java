package dev.regrow.core.lifecycle;

import dev.regrow.core.model.NodeRef;
import dev.regrow.core.model.PlaceKey;
import dev.regrow.core.placement.Fleet;
import dev.regrow.core.placement.Placed;
import dev.regrow.core.placement.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/** Places instances where their data is. Pure. */
final class Pins {

  private Pins() {}

  /**
   * Where an instance goes: anywhere, as long as its slot has no data; then only to the node that
   * has it.
   *
   * @param volumes that it mounts
   * @param places where the data of slots is
   */
  static Placed place(
      SortedSet<String> volumes,
      SortedMap<PlaceKey, NodeRef> places,
      int slot,
      Placement.Request request,
      Fleet nodes) {
    var pins = new TreeMap<String, NodeRef>();
    for (var volume : volumes) {
      var node = places.get(new PlaceKey(volume, slot));
      if (node != null) {
        pins.put(volume, node);
      }
    }
    return pins.isEmpty()
        ? Placement.place(request, nodes)
        : placeAt(pins, Set.copyOf(pins.values()), request, nodes);
  }

  private static Placed placeAt(
      SortedMap<String, NodeRef> pins, Set<NodeRef> where, Placement.Request request, Fleet nodes) {
    if (where.stream().map(NodeRef::uid).distinct().count() > 1) {
      var words = new ArrayList<String>();
      pins.forEach((volume, node) -> words.add("%s is on %s".formatted(volume, node.name())));
      return new Placed.Nowhere(
          "its volumes are on several nodes: " + String.join(", ", words), List.of());
    }
    var node = where.iterator().next();
    var data = "its volume %s is on %s".formatted(String.join(", ", pins.keySet()), node.name());
    var candidate = nodes.find(node.uid());
    if (candidate.isEmpty()) {
      return new Placed.Nowhere(data + ", which is not there", List.of());
    }
    var placed = Placement.place(request, Fleet.of(List.of(candidate.get())));
    return placed instanceof Placed.On on
        ? new Placed.On(
            on.node(),
            "its volume " + String.join(", ", pins.keySet()) + " is there",
            on.passedOver())
        : new Placed.Nowhere(data + ": " + ((Placed.Nowhere) placed).why(), placed.passedOver());
  }
}
