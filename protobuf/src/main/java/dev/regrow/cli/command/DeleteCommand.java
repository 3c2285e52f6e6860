package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.ApiException;
import dev.regrow.client.Call;
import dev.regrow.client.Calls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code delete}: ends workloads. */
public final class DeleteCommand extends Base {

  private final List<String> names = new ArrayList<>();

  private final List<String> files = new ArrayList<>();

  private final List<String> variables = new ArrayList<>();

  private boolean wait;

  private Duration timeout = Duration.ofMinutes(2);

  /**
   * @param call that deletes it
   */
  private record Target(
      String namespace, String name, String title, boolean isWorkload, Call<?> call) {
    static Target workload(String namespace, String name) {
      var title = namespace + "/" + name;
      return new Target(namespace, name, title, true, Calls.delete(namespace, name));
    }

    static Target of(Declaration declared) {
      return new Target(
          declared.namespace(),
          declared.name(),
          declared.title(),
          declared instanceof Declaration.OfWorkload,
          declared.delete());
    }
  }

  public DeleteCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("delete", "Delete workloads: their instances are stopped, in their grace.")
        .arguments("NAME", "Workloads.", 0, names::add)
        .option("-f, --file", "FILE|DIR|-", "Delete what these manifests declare.", files::add)
        .option("--var", "K=V", "The value of ${K} in manifests.", variables::add)
        .flag("--wait", "Until all is gone.", () -> wait = true)
        .option(
            "--timeout",
            "D",
            "How long to wait (default: 2m).",
            text -> timeout = Durations.parse(text))
        .footer("Examples:", "  regrow delete web --wait", "  regrow delete -f manifests/");
  }

  @Override
  public int run() {
    var targets = targets();
    for (var target : targets) {
      try {
        client().send(target.call());
        terminal.print(target.title() + (target.isWorkload() ? " is being deleted" : " deleted"));
      } catch (ApiException.NotFound e) {
        if (files.isEmpty()) {
          throw Lookup.noWorkload(client(), target.namespace(), target.name());
        }
        terminal.print(target.title() + " is not there");
      }
    }
    if (wait) {
      terminal.out().flush();
      awaitGone(targets);
    }
    return ExitCode.OK;
  }

  private List<Target> targets() {
    if (names.isEmpty() == files.isEmpty()) {
      throw Failure.usage("name workloads or give manifests with -f, one of the two");
    }
    var targets = new ArrayList<Target>();
    names.forEach(name -> targets.add(Target.workload(namespace(), plainName(name))));
    if (!files.isEmpty()) {
      Sources.declared(files, variables, namespace(), connection.namespaceGiven()).stream()
          .sorted(Declaration.usedFirst().reversed())
          .forEach(declared -> targets.add(Target.of(declared)));
    }
    return targets;
  }

  /** People write {@code workload/web} too. */
  private static String plainName(String name) {
    int slash = name.indexOf('/');
    return slash > 0 && Kinds.isOne(name.substring(0, slash)) ? name.substring(slash + 1) : name;
  }

  private void awaitGone(List<Target> targets) {
    long deadline = System.nanoTime() + timeout.toNanos();
    for (var target : targets) {
      while (target.isWorkload() && isThere(target)) {
        if (System.nanoTime() > deadline) {
          throw new Failure(
              ExitCode.TIMED_OUT,
              target.name()
                  + " is not gone yet; it goes on; see: regrow get instances "
                  + target.name());
        }
        terminal.progress(target.name() + ": waiting for its instances to end");
        try {
          TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw Failure.error("interrupted");
        }
      }
    }
    terminal.clearProgress();
  }

  private boolean isThere(Target target) {
    try {
      client().send(Calls.workload(target.namespace(), target.name()));
      return true;
    } catch (ApiException.NotFound e) {
      return false;
    }
  }
}
