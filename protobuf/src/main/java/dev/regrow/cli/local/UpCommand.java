package dev.regrow.cli.local;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.command.Applying;
import dev.regrow.cli.command.Rollout;
import dev.regrow.cli.command.Sources;
import dev.regrow.client.Context;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code up}: starts the cluster of this machine, or what of it is dead. */
@Command(
    name = "up",
    description = {
      "Start a local cluster in the background, apply manifests, and wait until all is ready.",
      "Run again it restarts what is dead and continues with the same data."
    },
    footer = {
      "",
      "Examples:",
      "  sudo regrow up",
      "  sudo regrow up web.yaml --timeout 1m",
      "  sudo regrow up --data /srv/regrow --bind 127.0.0.1"
    })
public final class UpCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "MANIFEST", arity = "0..*", description = "Files or folders to apply.")
  List<String> manifests = new ArrayList<>();

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many nodes (default, and for now only: 1).")
  int nodes = 1;

  @Option(
      names = "--bind",
      paramLabel = "ADDR",
      defaultValue = "127.0.0.1",
      description = "Where it listens (default: 127.0.0.1).")
  String bind = "127.0.0.1";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "/var/lib/regrow",
      description = "Where its data is (default: /var/lib/regrow).")
  Path data = LocalCluster.DEFAULT_DATA;

  @Option(names = "--var", paramLabel = "K=V", description = "The value of $${K} in manifests.")
  List<String> variables = new ArrayList<>();

  @Option(
      names = "--timeout",
      paramLabel = "D",
      converter = dev.regrow.cli.command.DurationConverter.class,
      defaultValue = "2m",
      description = "How long to wait for readiness (default: 2m).")
  Duration timeout = Duration.ofMinutes(2);

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  @Mixin Output output = new Output();

  public UpCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (nodes != 1) {
      throw Failure.usage(
          "--nodes " + nodes + ": this release runs one local node; several come with a later one");
    }
    // What is wrong in a manifest is told before anything is started.
    var declared =
        manifests.isEmpty()
            ? List.<Sources.Manifest>of()
            : Sources.read(manifests, Sources.variables(variables));
    LocalCluster.requireRoot("up");
    long began = System.nanoTime();
    var cluster = new LocalCluster(data);
    var file = ContextFile.ofUser();
    boolean keep = belongsToAnother(file, cluster);
    var context = new NodeStart(terminal, cluster, "n1", bind).run(timeout);
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

  /**
   * Another cluster's context is never overwritten; a dead local one's is refused until it is down.
   */
  private static boolean belongsToAnother(ContextFile file, LocalCluster cluster) {
    Optional<Context> stored;
    try {
      stored = file.read();
    } catch (IOException e) {
      throw Failure.error(String.valueOf(e.getMessage()));
    }
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
    var quiet = output.isTable() ? terminal : terminal.withoutData();
    try (var client = RegrowClient.of(context)) {
      var workloads =
          declared.stream().map(each -> Sources.in(each, context.namespace(), false)).toList();
      var applied = Applying.apply(quiet, client, workloads, new Output());
      new Rollout(terminal, client).await(applied, left.isNegative() ? Duration.ZERO : left);
      terminal.say(applied.size() == 1 ? "its instances are ready" : "all instances are ready");
    }
  }

  private void tell(Context context, boolean kept) {
    if (!output.isTable()) {
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
