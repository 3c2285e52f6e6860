package dev.regrow.chaos.game;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Output;
import dev.regrow.cli.Table;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Usage;
import dev.regrow.schema.PlainData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code regrow chaos list}: the scenarios that come with Regrow. */
public final class ListCommand implements Command {

  private final Terminal terminal;
  private final Output output = new Output();

  public ListCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Usage usage() {
    return Usage.of("chaos list", "List the scenarios that come with Regrow.")
        .with(output::declare)
        .footer("Run one: sudo regrow chaos run one-node-dies --report /tmp/report");
  }

  @Override
  public int run() {
    var scenarios = Source.READY.stream().map(name -> RunCommand.read(Source.of(name))).toList();
    switch (output.form()) {
      case NAME -> scenarios.forEach(each -> terminal.print(each.name()));
      case JSON -> terminal.print(PlainData.toJson(plain(scenarios)));
      case YAML -> terminal.out().print(PlainData.toYaml(plain(scenarios)));
      case TABLE, WIDE -> {
        var table = new Table("NAME", "CLUSTER", "WHAT");
        scenarios.forEach(
            each -> table.row(List.of(each.name(), words(each.cluster()), each.description())));
        table.print(terminal);
      }
    }
    return ExitCode.OK;
  }

  static String words(Scenario.Cluster cluster) {
    return cluster instanceof Scenario.Own own
        ? own.nodes() + (own.nodes() == 1 ? " own node" : " own nodes")
        : "attached";
  }

  private static Map<String, Object> plain(List<Scenario> scenarios) {
    var items = new ArrayList<Map<String, Object>>();
    for (var scenario : scenarios) {
      var item = new LinkedHashMap<String, Object>();
      item.put("name", scenario.name());
      item.put("cluster", words(scenario.cluster()));
      item.put("description", scenario.description());
      items.add(item);
    }
    return Map.of("items", items);
  }
}
