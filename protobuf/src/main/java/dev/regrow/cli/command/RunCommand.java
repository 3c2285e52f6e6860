package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code run}: a quick workload without a manifest. */
@Command(
    name = "run",
    description = "Run a command as a Service, without a manifest.",
    footer = {
      "",
      "Examples:",
      "  regrow run ticker -- sh -c 'while :; do date; sleep 1; done'",
      "  regrow run web --network host --memory 64Mi --wait -- python3 -m http.server 8080"
    })
public final class RunCommand extends Base {

  @Parameters(index = "0", paramLabel = "NAME", description = "The workload's name.")
  String name = "";

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "CMD", description = "After --.")
  List<String> command = new ArrayList<>();

  @Option(names = "--image", description = "dir:/srv/rootfs; else the host's programs.")
  @Nullable String image;

  @Option(names = "--replicas", paramLabel = "N", description = "How many (default: 1).")
  @Nullable Integer replicas;

  @Option(names = "--cpu", paramLabel = "C", description = "Its share, as 500m or 2.")
  @Nullable String cpu;

  @Option(names = "--memory", paramLabel = "M", description = "Its limit, as 64Mi.")
  @Nullable String memory;

  @Option(
      names = "--network",
      defaultValue = "none",
      description = "host or none (default: none, nothing but its own loopback).")
  String network = "none";

  @Option(names = "--env", paramLabel = "K=V", description = "A variable; may be repeated.")
  List<String> env = new ArrayList<>();

  @Option(names = "--job", description = "As a Job: once, to its end.")
  boolean job;

  @Option(names = "--wait", description = "Until all instances are ready.")
  boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "2m",
      description = "How long to wait (default: 2m).")
  Duration timeout = Duration.ofMinutes(2);

  @Mixin Output output = new Output();

  public RunCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
    if (job) {
      throw Failure.usage("--job: this release runs Services only; leave --job out");
    }
    var applied = Applying.apply(terminal, client(), List.of(declared()), output);
    if (wait) {
      terminal.out().flush();
      new Rollout(terminal, client()).await(applied, timeout);
    }
    return ExitCode.OK;
  }

  private Workload declared() {
    var instance =
        InstanceTemplate.newBuilder().addAllCommand(command).putAllEnv(Sources.variables(env));
    switch (network) {
      case "host" -> instance.setNetwork(Network.HOST);
      case "none" -> instance.setNetwork(Network.NONE);
      default -> throw Failure.usage("--network " + network + ": it is host or none");
    }
    if (image != null) {
      instance.setImage(image);
    }
    if (cpu != null || memory != null) {
      instance.mergeFrom(resources());
    }
    var workload =
        Workload.newBuilder()
            .setKind(Kind.SERVICE)
            .setName(name)
            .setNamespace(namespace())
            .setInstance(instance);
    if (replicas != null) {
      workload.setReplicas(replicas);
    }
    var violations = Schema.violations(workload.build());
    if (!violations.isEmpty()) {
      throw Failure.usage(String.join("\n  ", violations.stream().map(Object::toString).toList()));
    }
    return workload.build();
  }

  /** Quantities are read by the schema, as those of a manifest are. */
  private InstanceTemplate resources() {
    var text = new StringBuilder("{\"command\":[\"x\"],\"network\":\"none\",\"resources\":{");
    text.append(cpu == null ? "" : "\"cpu\":\"" + plain(cpu) + "\"");
    text.append(cpu == null || memory == null ? "" : ",");
    text.append(memory == null ? "" : "\"memory\":\"" + plain(memory) + "\"").append("}}");
    var parsed = Schema.parse(InstanceTemplate.getDefaultInstance(), text.toString(), Syntax.JSON);
    if (!parsed.ok()) {
      throw Failure.usage("--cpu or --memory: " + parsed.violations().get(0).message());
    }
    return InstanceTemplate.newBuilder().setResources(parsed.orThrow().getResources()).build();
  }

  private static String plain(String quantity) {
    return quantity.replaceAll("[^0-9A-Za-z.]", "?");
  }
}
