package dev.regrow.cli.view;

import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.v1.Plan;
import dev.regrow.v1.PlanAction;
import java.util.List;

/** What an apply would do, for people. */
public final class PlanView {
  private PlanView() {}

  /** All of them, in the form that was asked for. */
  public static void print(Terminal terminal, List<Plan> plans, Output output) {
    if (output.isTable()) {
      plans.forEach(each -> print(terminal, each));
    } else {
      output.showEach(terminal, plans, Plan::getName);
    }
  }

  private static void print(Terminal terminal, Plan plan) {
    for (var user : plan.getUsersList()) {
      terminal.print(
          "%s/%s: rolls, because it uses this: revision %d -> %d"
              .formatted(
                  plan.getNamespace(),
                  user.getWorkload(),
                  user.getRevisionBefore(),
                  user.getRevisionAfter()));
    }
    var kind = plan.getKind().isEmpty() ? "" : plan.getKind() + " ";
    var in = plan.getNamespace().isEmpty() ? "" : plan.getNamespace() + "/";
    terminal.print(kind + in + plan.getName() + ": " + summary(plan));
    for (var change : plan.getChangesList()) {
      terminal.print("  " + change(change.getField(), change.getBefore(), change.getAfter()));
    }
    for (var placement : plan.getPlacementsList()) {
      var reason = placement.getReason();
      var where = placement.getNode().isEmpty() ? "nowhere" : placement.getNode();
      terminal.print(
          "  "
              + placement.getSlot()
              + " on "
              + where
              + (reason.isEmpty() ? "" : " (" + reason + ")"));
    }
    plan.getWarningsList().forEach(words -> terminal.say("warning: " + words));
  }

  private static String summary(Plan plan) {
    if (plan.getAction() == PlanAction.UNCHANGED) {
      return "unchanged";
    }
    var revision =
        plan.getRevisionBefore() == plan.getRevisionAfter()
            ? ""
            : plan.getRevisionBefore() == 0
                ? ", revision " + plan.getRevisionAfter()
                : ", revision " + plan.getRevisionBefore() + " -> " + plan.getRevisionAfter();
    return Words.of(plan.getAction())
        + revision
        + (plan.getRolls() ? ", replaces its instances" : "");
  }

  private static String change(String field, String before, String after) {
    if (before.isEmpty()) {
      return "+ " + field + ": " + after;
    }
    return after.isEmpty()
        ? "- " + field + ": " + before
        : "~ " + field + ": " + before + " -> " + after;
  }
}
