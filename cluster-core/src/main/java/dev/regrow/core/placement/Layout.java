package dev.regrow.core.placement;

import dev.regrow.core.model.Constraints;
import dev.regrow.core.placement.PassedOver.Reason;
import dev.regrow.core.placement.PassedOver.Said;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a fleet sorted by what the labels in some constraints say of them.
 *
 * @param tiers by how much they are preferred, the most first
 * @param unmet the nodes that do not meet what is required, by what it is
 */
record Layout(List<Tier> tiers, Map<Reason, int[]> unmet) {

  /**
   * Nodes that are preferred equally.
   *
   * @param domains of what is to be spread over
   */
  record Tier(int weight, List<Domain> domains) {}

  /**
   * Nodes with the same values of the labels that instances are spread over.
   *
   * @param values in the order of the labels; null: the nodes have no such label
   * @param nodes their indexes, ascending
   */
  record Domain(List<@Nullable String> values, int[] nodes) {

    String words(List<String> labels) {
      var words = new ArrayList<String>();
      for (int i = 0; i < labels.size(); i++) {
        var value = values.get(i);
        words.add(value == null ? "no " + labels.get(i) : labels.get(i) + " " + value);
      }
      return String.join(", ", words);
    }
  }

  /** The labels that make domains: those before nodes themselves are spread over. */
  static List<String> domainLabels(Constraints where) {
    int nodes = where.spread().indexOf(Constraints.NODE);
    return nodes < 0 ? where.spread() : where.spread().subList(0, nodes);
  }

  static Layout of(Constraints where, Candidate[] nodes) {
    var labels = domainLabels(where);
    var tiers = new TreeMap<Integer, Map<List<@Nullable String>, List<Integer>>>();
    var unmet = new LinkedHashMap<Constraints.Rule, List<Integer>>();
    for (int index = 0; index < nodes.length; index++) {
      var node = nodes[index];
      var rule = where.require().stream().filter(r -> !r.meets(node.label(r.label()))).findFirst();
      if (rule.isPresent()) {
        unmet.computeIfAbsent(rule.get(), r -> new ArrayList<>()).add(index);
        continue;
      }
      var values = new ArrayList<@Nullable String>();
      labels.forEach(label -> values.add(node.label(label)));
      tiers
          .computeIfAbsent(weight(where, node), weight -> new LinkedHashMap<>())
          .computeIfAbsent(Collections.unmodifiableList(values), key -> new ArrayList<>())
          .add(index);
    }
    return new Layout(tiers(tiers), unmet(unmet));
  }

  private static int weight(Constraints where, Candidate node) {
    return where.prefer().stream()
        .filter(wish -> wish.rule().meets(node.label(wish.rule().label())))
        .mapToInt(Constraints.Preference::weight)
        .sum();
  }

  private static List<Tier> tiers(
      TreeMap<Integer, Map<List<@Nullable String>, List<Integer>>> found) {
    var tiers = new ArrayList<Tier>();
    found
        .descendingMap()
        .forEach(
            (weight, domains) ->
                tiers.add(
                    new Tier(
                        weight,
                        domains.entrySet().stream()
                            .map(domain -> new Domain(domain.getKey(), array(domain.getValue())))
                            .toList())));
    return tiers;
  }

  private static Map<Reason, int[]> unmet(Map<Constraints.Rule, List<Integer>> found) {
    var unmet = new LinkedHashMap<Reason, int[]>();
    found.forEach(
        (rule, nodes) ->
            unmet.put(
                new Said("label " + rule.words(), "lacks " + rule.words(), "lack " + rule.words()),
                array(nodes)));
    return unmet;
  }

  private static int[] array(List<Integer> indexes) {
    return indexes.stream().mapToInt(Integer::intValue).toArray();
  }
}
