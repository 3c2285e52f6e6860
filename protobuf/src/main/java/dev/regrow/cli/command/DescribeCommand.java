package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.view.Descriptions;
import dev.regrow.client.Calls;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code describe}: one object in full. */
@Command(
    name = "describe",
    description = "Tell everything about one object.",
    footer = {
      "",
      "Examples:",
      "  regrow describe web",
      "  regrow describe instance web-0",
      "  regrow describe node n1"
    })
public final class DescribeCommand extends Base {
  private static final int EVENTS_SHOWN = 10;

  @Parameters(
      arity = "1..2",
      paramLabel = "[KIND] NAME",
      description = "The kind (default: workload) and the name.")
  List<String> words = new ArrayList<>();

  public DescribeCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
    var kind = words.size() == 2 ? Kinds.of(words.get(0)) : Kinds.WORKLOADS;
    var name = words.get(words.size() - 1);
    long now = System.currentTimeMillis();
    switch (kind) {
      case WORKLOADS -> workload(name, now);
      case INSTANCES -> {
        for (var each : Lookup.instances(client(), namespace(), name)) {
          Descriptions.instance(terminal, each, now);
        }
      }
      case NODES -> Descriptions.node(terminal, Lookup.node(client(), name));
      default -> throw Failure.usage("describe knows workloads, instances and nodes");
    }
    return ExitCode.OK;
  }

  private void workload(String name, long now) {
    var workload = Lookup.workload(client(), namespace(), name);
    var instances = client().send(Calls.instancesOf(namespace(), name)).getItemsList();
    var events = client().send(Calls.eventsOf(namespace(), name)).getItemsList();
    int from = Math.max(0, events.size() - EVENTS_SHOWN);
    Descriptions.workload(terminal, workload, instances, events.subList(from, events.size()), now);
  }
}
