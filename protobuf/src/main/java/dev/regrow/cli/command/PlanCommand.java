package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.view.PlanView;
import dev.regrow.client.Calls;
import dev.regrow.v1.Plan;
import dev.regrow.v1.PlanAction;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code plan}: what an apply would do. */
@Command(
    name = "plan",
    description =
        "Show what an apply would change, replace and place. Exits 3 when there is anything.",
    footer = {"", "Example:", "  regrow plan -f web.yaml"})
public final class PlanCommand extends Base {

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE|DIR|-",
      description = "Manifests; may be repeated.")
  List<String> files = new ArrayList<>();

  @Option(names = "--var", paramLabel = "K=V", description = "The value of $${K} in manifests.")
  List<String> variables = new ArrayList<>();

  @Mixin Output output = new Output();

  public PlanCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
    var plans = new ArrayList<Plan>();
    for (var each : Sources.read(files, Sources.variables(variables))) {
      var declared = Sources.in(each, namespace(), connection.namespaceGiven());
      plans.add(client().send(Calls.plan(declared)));
    }
    if (output.isTable()) {
      plans.forEach(each -> PlanView.print(terminal, each));
    } else {
      output.showEach(terminal, plans, Plan::getName);
    }
    boolean changes = plans.stream().anyMatch(each -> each.getAction() != PlanAction.UNCHANGED);
    return changes ? ExitCode.CHANGES : ExitCode.OK;
  }
}
