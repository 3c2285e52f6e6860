package dev.regrow.schema;

import dev.regrow.v1.LabelRequirement;
import dev.regrow.v1.Placement;
import dev.regrow.v1.PlacementPolicy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What is true of a placement as a whole. Pure. */
final class PlacementRules {
  private static final Path PLACEMENT = Path.ROOT.field("placement");

  private final Findings findings;

  PlacementRules(Findings findings) {
    this.findings = findings;
  }

  void check(Placement placement) {
    require(placement);
    prefer(placement);
    spread(placement);
  }

  /** Two requirements of one label leave only what both allow. */
  private void require(Placement placement) {
    Map<String, Set<String>> allowed = new HashMap<>();
    for (int i = 0; i < placement.getRequireCount(); i++) {
      LabelRequirement wanted = placement.getRequire(i);
      Set<String> left =
          allowed.computeIfAbsent(wanted.getLabel(), l -> new HashSet<>(wanted.getInList()));
      left.retainAll(wanted.getInList());
      if (left.isEmpty() && wanted.getInCount() > 0) {
        findings.add(
            PLACEMENT.field("require").item(i).field("in"),
            "leaves no value of "
                + Quoting.quoted(wanted.getLabel())
                + " that an earlier requirement allows, so no node could meet both; join the two");
      }
    }
  }

  private void prefer(Placement placement) {
    for (int i = 0; i < placement.getPreferCount(); i++) {
      if (placement.getPrefer(i).hasWeight() && placement.getPrefer(i).getWeight() == 0) {
        findings.add(
            PLACEMENT.field("prefer").item(i).field("weight"),
            "is 0, which prefers nothing; write -100 to -1 or 1 to 100");
      }
    }
  }

  private void spread(Placement placement) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < placement.getSpreadCount(); i++) {
      String by = placement.getSpread(i).getBy();
      Path at = PLACEMENT.field("spread").item(i).field("by");
      if (!by.isEmpty() && !seen.add(by)) {
        findings.add(at, Quoting.quoted(by) + " is listed twice; keep one");
      } else if (by.equals(WorkloadRules.NODE) && placement.getPolicy() == PlacementPolicy.PACK) {
        findings.add(
            at, "node contradicts policy pack, which fills one node after the other; drop one");
      }
    }
  }
}
