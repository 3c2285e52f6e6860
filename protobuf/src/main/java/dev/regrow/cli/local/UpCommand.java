package dev.regrow.cli.local;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.command.Applying;
import dev.regrow.cli.command.Declaration;
import dev.regrow.cli.command.Rollout;
import dev.regrow.cli.command.Sources;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code up}: starts the cluster of this machine, or what of it is dead. */
public final class UpCommand implements Command {
  private final Terminal terminal;

  private final List<String> manifests = new ArrayList<>();

  private int nodes = 1;

  private String bind = "127.0.0.1";

  private Path data = LocalCluster.DEFAULT_DATA;

  private final StartOptions startOptions = new StartOptions();

  private final List<String> variables = new ArrayList<>();

  private Duration timeout = Duration.ofMinutes(2);

  private boolean json;

  public UpCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Usage usage() {
    return Usage.of(
            "up",
            "Start a local cluster in the background, apply manifests, and wait until all is ready. Run again it restarts what is dead and continues with the same data.")
        .arguments("MANIFEST", "Files or folders to apply.", 0, manifests::add)
        .option(
            "--nodes",
            "N",
            "How many nodes (default: those there are, at least 1); more than there are grow the cluster.",
            text -> nodes = Usage.number(text))
        .option("--bind", "ADDR", "Where it listens (default: 127.0.0.1).", text -> bind = text)
        .option(
            "--data",
            "DIR",
            "Where its data is (default: /var/lib/regrow).",
            text -> data = Path.of(text))
        .with(startOptions::in)
        .option("--var", "K=V", "The value of ${K} in manifests.", variables::add)
        .option(
            "--timeout",
            "D",
            "How long to wait for readiness (default: 2m).",
            text -> timeout = Durations.parse(text))
        .option(
            "-o, --output",
            "FORM",
            "table, or json: at the end what the context file holds (default: table).",
            text -> json = isJson(text))
        .footer(
            "Examples:",
            "  sudo regrow up",
            "  sudo regrow up web.yaml --timeout 1m",
            "  sudo regrow up --data /srv/regrow --bind 127.0.0.1",
            "  sudo regrow up --nodes 3 --host-paths /srv/www --label zone=a");
  }

  @Override
  public int run() {
    // What is wrong in a manifest is told before anything is started.
    var declared =
        manifests.isEmpty()
            ? List.<Sources.Manifest>of()
            : Sources.read(manifests, Sources.variables(variables));
    LocalCluster.requireRoot("up");
    long began = System.nanoTime();
    var cluster = new LocalCluster(data);
    var file = ContextFile.ofUser();
    var stored = read(file);
    boolean keep = belongsToAnother(stored, cluster);
    var context =
        new LocalNodes(terminal, Launcher.own(), cluster, bind, startOptions)
            .up(nodes, stored.filter(cluster::isOurs), timeout);
    if (keep) {
      terminal.say(
          "the context file " + file.path() + " names another cluster and is left as it is");
    } else {
      write(file, context);
    }
    apply(context, declared, Duration.ofNanos(timeout.toNanos() - (System.nanoTime() - began)));
    tell(context, keep);
    return ExitCode.OK;
  }

  private static boolean isJson(String form) {
    return switch (form) {
      case "json" -> true;
      case "table" -> false;
      default -> throw new IllegalArgumentException(form + ": it is table or json");
    };
  }

  private static Optional<Context> read(ContextFile file) {
    try {
      return file.read();
    } catch (IOException e) {
      throw Failure.error(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Another cluster's context is never overwritten; a dead local one's is refused until it is down.
   */
  private static boolean belongsToAnother(Optional<Context> stored, LocalCluster cluster) {
    if (stored.isEmpty() || cluster.isOurs(stored.get())) {
      return false;
    }
    for (var node : stored.get().nodes()) {
      if (NodeProcess.find(Path.of(node.data())).isPresent()) {
        throw Failure.error(
            "a local cluster with its data at "
                + Path.of(node.data()).getParent()
                + " is running\nstop it first: sudo regrow down, or choose another context file:"
                + " REGROW_CONTEXT=FILE");
      }
    }
    return stored.get().nodes().isEmpty();
  }

  private static void write(ContextFile file, Context context) {
    try {
      file.write(context);
    } catch (IOException e) {
      throw Failure.error(String.valueOf(e.getMessage()));
    }
  }

  private void apply(Context context, List<Sources.Manifest> declared, Duration left) {
    if (declared.isEmpty()) {
      return;
    }
    var quiet = json ? terminal.withoutData() : terminal;
    try (var client = RegrowClient.of(context)) {
      var all =
          declared.stream()
              .map(each -> Sources.in(each, context.namespace(), false))
              .sorted(Declaration.usedFirst())
              .toList();
      var applied = Applying.apply(quiet, client, all, new Output());
      new Rollout(terminal, client).await(applied, left.isNegative() ? Duration.ZERO : left);
      terminal.say(applied.size() == 1 ? "its instances are ready" : "all instances are ready");
    }
  }

  private void tell(Context context, boolean kept) {
    if (json) {
      terminal.print(ContextFile.toJson(context));
      return;
    }
    terminal.print("listening at " + context.address());
    terminal.print("");
    terminal.print("try next:");
    var prefix = kept ? "REGROW_CONTEXT=" + data + "/n1/context.json " : "";
    terminal.print("  " + prefix + "regrow get workloads");
    if (manifests.isEmpty()) {
      terminal.print("  " + prefix + "regrow init && regrow apply -f regrow.yaml --wait");
    } else {
      terminal.print("  " + prefix + "regrow get instances -w");
      terminal.print("  " + prefix + "regrow explain NAME");
    }
    terminal.print("  sudo regrow down");
  }
}
