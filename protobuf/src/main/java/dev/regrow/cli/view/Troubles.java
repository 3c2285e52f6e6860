package dev.regrow.cli.view;

import dev.regrow.v1.Instance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/** Why instances are not ready, in a few words however many they are: one reason, one mention. */
public final class Troubles {

  private static final int NAMED = 2;
  private static final int REASONS = 5;

  private Troubles() {}

  /**
   * @param instances that are not ready
   * @return for each reason {@code "; web-2: node n3 lacks 200 MiB"}, or {@code "; web-2, web-3 and
   *     7 more: …"}; empty if there are none
   */
  public static String words(List<Instance> instances) {
    var byReason = new LinkedHashMap<String, List<String>>();
    for (var instance : instances) {
      byReason.computeIfAbsent(reason(instance), any -> new ArrayList<>()).add(instance.getId());
    }
    var words = new StringBuilder();
    int told = 0;
    int left = 0;
    for (var each : byReason.entrySet()) {
      if (told < REASONS) {
        words.append("; ").append(names(each.getValue())).append(": ").append(each.getKey());
        told++;
      } else {
        left += each.getValue().size();
      }
    }
    return left == 0
        ? words.toString()
        : words.append("; and ").append(left).append(" more, for other reasons").toString();
  }

  private static String names(List<String> ids) {
    if (ids.size() <= NAMED + 1) {
      return String.join(", ", ids);
    }
    return "%s and %d more".formatted(String.join(", ", ids.subList(0, NAMED)), ids.size() - NAMED);
  }

  private static String reason(Instance instance) {
    return instance.getMessage().isEmpty() ? Reasons.of(instance) : instance.getMessage();
  }
}
