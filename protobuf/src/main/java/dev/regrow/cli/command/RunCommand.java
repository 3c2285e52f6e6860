package dev.regrow.cli.command;

import dev.regrow.cli.Durations;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
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

/** {@code run}: a quick workload without a manifest. */
public final class RunCommand extends Base {

  private String name = "";

  private final List<String> command = new ArrayList<>();

  private @Nullable String image;

  private @Nullable Integer replicas;

  private @Nullable String cpu;

  private @Nullable String memory;

  private String network = "none";

  private final List<String> env = new ArrayList<>();

  private boolean job;

  private boolean wait;

  private Duration timeout = Duration.ofMinutes(2);

  private final Output output = new Output();

  public RunCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("run", "Run a command as a Service, without a manifest.")
        .argument("NAME", "The workload's name.", text -> name = text)
        .arguments("CMD", "After --.", 1, command::add)
        .option(
            "--image",
            "IMAGE",
            "oci:HOST/NAME:TAG, layout:/PATH:TAG or dir:/PATH; else the host's programs.",
            text -> image = text)
        .option("--replicas", "N", "How many (default: 1).", text -> replicas = Usage.number(text))
        .option("--cpu", "C", "Its share, as 500m or 2.", text -> cpu = text)
        .option("--memory", "M", "Its limit, as 64Mi.", text -> memory = text)
        .option(
            "--network",
            "NETWORK",
            "none, bridge or host (default: none, nothing but its own loopback).",
            text -> network = text)
        .option("--env", "K=V", "A variable; may be repeated.", env::add)
        .flag("--job", "As a Job: once, to its end.", () -> job = true)
        .flag("--wait", "Until all instances are ready.", () -> wait = true)
        .option(
            "--timeout",
            "D",
            "How long to wait (default: 2m).",
            text -> timeout = Durations.parse(text))
        .with(output::declare)
        .footer(
            "Examples:",
            "  regrow run ticker -- sh -c 'while :; do date; sleep 1; done'",
            "  regrow run web --network host --memory 64Mi --wait -- python3 -m http.server 8080");
  }

  @Override
  public int run() {
    if (job) {
      throw Failure.usage("--job: this release runs Services only; leave --job out");
    }
    var applied = Applying.apply(terminal, client(), List.of(Declaration.of(declared())), output);
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
      case "bridge" -> instance.setNetwork(Network.BRIDGE);
      case "host" -> instance.setNetwork(Network.HOST);
      case "none" -> instance.setNetwork(Network.NONE);
      default -> throw Failure.usage("--network " + network + ": it is bridge, host or none");
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
