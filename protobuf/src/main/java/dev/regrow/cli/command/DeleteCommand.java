package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.ApiException;
import dev.regrow.client.Call;
import dev.regrow.client.Calls;
import dev.regrow.v1.Config;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Secret;
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

  private boolean yes;

  private Duration timeout = Duration.ofMinutes(2);

  /** How careful one must be with what is to be deleted. */
  private enum Sort {
    WORKLOAD,
    VOLUME,
    NAMESPACE,
    OTHER
  }

  /**
   * @param call that deletes it
   */
  private record Target(String namespace, String name, String title, Sort sort, Call<?> call) {
    static Target workload(String namespace, String name) {
      var title = namespace + "/" + name;
      return new Target(namespace, name, title, Sort.WORKLOAD, Calls.delete(namespace, name));
    }

    boolean isWorkload() {
      return sort == Sort.WORKLOAD;
    }

    /** Workloads are there until their instances have ended, and so long is their namespace. */
    boolean holdsBack(Target other) {
      return isWorkload() && other.sort == Sort.NAMESPACE && namespace.equals(other.name);
    }

    static Target of(Declaration declared) {
      return new Target(
          declared.namespace(),
          declared.name(),
          declared.title(),
          sort(declared),
          declared.delete());
    }

    private static Sort sort(Declaration declared) {
      if (declared instanceof Declaration.OfWorkload) {
        return Sort.WORKLOAD;
      }
      if (declared instanceof Declaration.OfNamespace) {
        return Sort.NAMESPACE;
      }
      return declared instanceof Declaration.OfVolume ? Sort.VOLUME : Sort.OTHER;
    }
  }

  public DeleteCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of(
            "delete",
            "Delete workloads (their instances are stopped, in their grace), configs, secrets, volumes and namespaces.")
        .arguments(
            "NAME",
            "Workloads; others as config/NAME, secret/NAME, volume/NAME, namespace/NAME.",
            0,
            names::add)
        .option("-f, --file", "FILE|DIR|-", "Delete what these manifests declare.", files::add)
        .option("--var", "K=V", "The value of ${K} in manifests.", variables::add)
        .flag("--yes", "Delete volumes and namespaces without asking.", () -> yes = true)
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
    confirm(targets);
    for (var target : targets) {
      awaitGone(targets.stream().filter(each -> each.holdsBack(target)).toList());
      try {
        client().send(target.call());
        terminal.print(target.title() + (target.isWorkload() ? " is being deleted" : " deleted"));
      } catch (ApiException.NotFound e) {
        if (files.isEmpty()) {
          throw absent(target);
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

  private Failure absent(Target target) {
    return target.isWorkload()
        ? Lookup.noWorkload(client(), target.namespace(), target.name())
        : Failure.error(
            "there is no "
                + target.title()
                + "\nsee what there is: regrow get "
                + target.title().replaceFirst(" .*", "s"));
  }

  private List<Target> targets() {
    if (names.isEmpty() == files.isEmpty()) {
      throw Failure.usage("name workloads or give manifests with -f, one of the two");
    }
    var targets = new ArrayList<Target>();
    names.forEach(name -> targets.add(named(name)));
    if (!files.isEmpty()) {
      Sources.declared(files, variables, namespace(), connection.namespaceGiven()).stream()
          .sorted(Declaration.usedFirst().reversed())
          .forEach(declared -> targets.add(Target.of(declared)));
    }
    return targets;
  }

  /** {@code web}, {@code workload/web}, {@code config/web} or {@code volume/data}. */
  private Target named(String written) {
    int slash = written.indexOf('/');
    var kind = slash < 0 ? Kinds.WORKLOADS : Kinds.of(written.substring(0, slash));
    var name = written.substring(slash + 1);
    return switch (kind) {
      case CONFIGS ->
          Target.of(
              Declaration.of(Config.newBuilder().setNamespace(namespace()).setName(name).build()));
      case SECRETS ->
          Target.of(
              Declaration.of(Secret.newBuilder().setNamespace(namespace()).setName(name).build()));
      case VOLUMES ->
          Target.of(
              Declaration.of(
                  NamedVolume.newBuilder().setNamespace(namespace()).setName(name).build()));
      case NAMESPACES -> Target.of(Declaration.of(Namespace.newBuilder().setName(name).build()));
      case WORKLOADS -> Target.workload(namespace(), name);
      default ->
          throw Failure.usage(
              written + ": " + kind.text() + " cannot be deleted by this command" + instead(kind));
    };
  }

  private static String instead(Kinds kind) {
    return switch (kind) {
      case NODES -> "; a node is taken out by: regrow node-ctl remove NODE";
      case TOKENS -> "; a token is revoked by: regrow token revoke ID";
      default -> "";
    };
  }

  private void confirm(List<Target> targets) {
    var volumes = names(targets, Sort.VOLUME);
    if (!volumes.isEmpty()) {
      Confirmation.ask(
          terminal, yes, "delete " + String.join(", ", volumes) + " with all the data in it?");
    }
    var namespaces = names(targets, Sort.NAMESPACE);
    if (!namespaces.isEmpty()) {
      Confirmation.ask(
          terminal,
          yes,
          "delete namespace %s? What it allows is forgotten"
              .formatted(String.join(", ", namespaces)));
    }
  }

  private static List<String> names(List<Target> targets, Sort sort) {
    return targets.stream()
        .filter(each -> each.sort() == sort)
        .map(Target::name)
        .distinct()
        .toList();
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
