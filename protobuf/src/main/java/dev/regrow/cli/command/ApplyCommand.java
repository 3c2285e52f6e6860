package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
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

/** {@code apply}: makes the cluster hold what manifests declare. */
public final class ApplyCommand extends Base {

  private final List<String> files = new ArrayList<>();

  private final List<String> variables = new ArrayList<>();

  private boolean pull;

  private boolean dryRun;

  private boolean wait;

  private Duration timeout = Duration.ofMinutes(5);

  private boolean prune;

  private @Nullable String selector;

  private boolean yes;

  private final Output output = new Output();

  public ApplyCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of(
            "apply",
            "Make the cluster run what manifests declare. Applying twice does nothing more.")
        .required("-f, --file", "FILE|DIR|-", "Manifests; may be repeated.", files::add)
        .option("--var", "K=V", "The value of ${K} in manifests.", variables::add)
        .flag("--pull", "Take what tags of images stand for now.", () -> pull = true)
        .flag("--dry-run", "Show what would change; change nothing.", () -> dryRun = true)
        .flag("--wait", "Until all instances are ready.", () -> wait = true)
        .option(
            "--timeout",
            "D",
            "How long to wait (default: 5m).",
            text -> timeout = Durations.parse(text))
        .flag(
            "--prune",
            "Delete workloads that match -l and are not in the manifests.",
            () -> prune = true)
        .option(
            "-l, --selector",
            "SEL",
            "Labels that --prune looks at: k=v,...",
            text -> selector = text)
        .flag("--yes", "Prune without asking.", () -> yes = true)
        .with(output::declare)
        .footer(
            "Examples:",
            "  regrow apply -f web.yaml --wait",
            "  regrow apply -f manifests/ --var TAG=1.4",
            "  generate | regrow apply -f -",
            "  regrow apply -f shop/ --prune -l team=shop   # and delete what shop/ no longer declares");
  }

  @Override
  public int run() {
    if (prune != (selector != null)) {
      throw Failure.usage("--prune and -l SEL go together: the labels say what may be deleted");
    }
    var declared = Sources.declared(files, variables, namespace(), connection.namespaceGiven());
    if (pull) {
      declared = declared.stream().map(Declaration::pulling).toList();
    }
    if (dryRun) {
      PlanView.print(
          terminal, declared.stream().map(each -> client().send(each.plan())).toList(), output);
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

  private void prune(List<Declaration> declared) {
    var kept = new LinkedHashSet<String>();
    var namespaces = new LinkedHashSet<String>();
    for (var each : declared) {
      if (each instanceof Declaration.OfWorkload) {
        kept.add(each.namespace() + "/" + each.name());
      }
      if (!(each instanceof Declaration.OfNamespace)) { // Of none: that would be of all.
        namespaces.add(each.namespace());
      }
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
