package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.view.PlanView;
import dev.regrow.v1.Plan;
import dev.regrow.v1.PlanAction;
import java.util.ArrayList;
import java.util.List;

/** {@code plan}: what an apply would do. */
public final class PlanCommand extends Base {

  private final List<String> files = new ArrayList<>();

  private final List<String> variables = new ArrayList<>();

  private boolean pull;

  private final Output output = new Output();

  public PlanCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of(
            "plan",
            "Show what an apply would change, replace and place. Exits 3 when there is anything.")
        .required("-f, --file", "FILE|DIR|-", "Manifests; may be repeated.", files::add)
        .option("--var", "K=V", "The value of ${K} in manifests.", variables::add)
        .flag("--pull", "Take what tags of images stand for now.", () -> pull = true)
        .with(output::declare)
        .footer("Example:", "  regrow plan -f web.yaml");
  }

  @Override
  public int run() {
    var plans = new ArrayList<Plan>();
    for (var each : Sources.declared(files, variables, namespace(), connection.namespaceGiven())) {
      plans.add(client().send((pull ? each.pulling() : each).plan()));
    }
    PlanView.print(terminal, plans, output);
    boolean changes = plans.stream().anyMatch(each -> each.getAction() != PlanAction.UNCHANGED);
    return changes ? ExitCode.CHANGES : ExitCode.OK;
  }
}
