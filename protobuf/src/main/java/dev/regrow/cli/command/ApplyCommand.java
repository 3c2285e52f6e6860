package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.view.PlanView;
import dev.regrow.client.Calls;
import dev.regrow.client.Paging;
import dev.regrow.client.Scope;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code apply}: makes the cluster hold what manifests declare. */
@Command(
    name = "apply",
    description = "Make the cluster run what manifests declare. Applying twice does nothing more.",
    footer = {
      "",
      "Examples:",
      "  regrow apply -f web.yaml --wait",
      "  regrow apply -f manifests/ --var TAG=1.4",
      "  generate | regrow apply -f -",
      "  regrow apply -f shop/ --prune -l team=shop   # and delete what shop/ no longer declares"
    })
public final class ApplyCommand extends Base {

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE|DIR|-",
      description = "Manifests; may be repeated.")
  List<String> files = new ArrayList<>();

  @Option(names = "--var", paramLabel = "K=V", description = "The value of $${K} in manifests.")
  List<String> variables = new ArrayList<>();

  @Option(names = "--dry-run", description = "Show what would change; change nothing.")
  boolean dryRun;

  @Option(names = "--wait", description = "Until all instances are ready.")
  boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "5m",
      description = "How long to wait (default: 5m).")
  Duration timeout = Duration.ofMinutes(5);

  @Option(names = "--prune", description = "Delete what matches -l and is not in the manifests.")
  boolean prune;

  @Option(
      names = {"-l", "--selector"},
      paramLabel = "SEL",
      description = "Labels that --prune looks at: k=v,...")
  @Nullable String selector;

  @Option(names = "--yes", description = "Prune without asking.")
  boolean yes;

  @Mixin Output output = new Output();

  public ApplyCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
    if (prune != (selector != null)) {
      throw Failure.usage("--prune and -l SEL go together: the labels say what may be deleted");
    }
    var manifests = Sources.read(files, Sources.variables(variables));
    var declared =
        manifests.stream()
            .map(each -> Sources.in(each, namespace(), connection.namespaceGiven()))
            .toList();
    if (dryRun) {
      declared.forEach(each -> PlanView.print(terminal, client().send(Calls.plan(each))));
      return ExitCode.OK;
    }
    var applied = Applying.apply(terminal, client(), declared, output);
    if (prune) {
      prune(declared);
    }
    if (wait) {
      terminal.out().flush();
      new Rollout(terminal, client()).await(applied, timeout);
    }
    return ExitCode.OK;
  }

  private void prune(List<Workload> declared) {
    var kept = new LinkedHashSet<String>();
    var namespaces = new LinkedHashSet<String>();
    for (var each : declared) {
      kept.add(each.getNamespace() + "/" + each.getName());
      namespaces.add(each.getNamespace());
    }
    var surplus = new ArrayList<Workload>();
    for (var namespace : namespaces) {
      var scope = Selectors.in(Scope.of(namespace), selector);
      for (var each : Paging.workloads(client(), scope).getItemsList()) {
        if (!kept.contains(each.getNamespace() + "/" + each.getName())) {
          surplus.add(each);
        }
      }
    }
    if (surplus.isEmpty()) {
      return;
    }
    var names = String.join(", ", surplus.stream().map(Workload::getName).toList());
    Confirmation.ask(terminal, yes, "delete " + names + "?");
    for (var each : surplus) {
      client().send(Calls.delete(each.getNamespace(), each.getName()));
      terminal.print(each.getNamespace() + "/" + each.getName() + " deleted");
    }
  }
}
