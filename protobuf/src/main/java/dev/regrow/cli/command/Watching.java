package dev.regrow.cli.command;

import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Table;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.view.Tables;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.Scope;
import dev.regrow.v1.Config;
import dev.regrow.v1.Event;
import dev.regrow.v1.Instance;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Node;
import dev.regrow.v1.Secret;
import dev.regrow.v1.Token;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code get -w}: what there is as a table, then a row for each change, until Ctrl-C. */
final class Watching {
  private final Terminal terminal;
  private final RegrowClient client;
  private final Output output;
  private final Tables.Style style;
  private @Nullable Table first;

  Watching(Terminal terminal, RegrowClient client, Output output, Tables.Style style) {
    this.terminal = terminal;
    this.client = client;
    this.output = output;
    this.style = style;
  }

  void run(Kinds kind, Scope scope, @Nullable String name) {
    if (kind == Kinds.REVISIONS && name == null) {
      throw Failure.usage("say of which workload: regrow get revisions NAME -w");
    }
    var what = kind == Kinds.REVISIONS ? "workloads/" + name + "/revisions" : kind.text();
    var initial = new ArrayList<WatchEvent>();
    boolean synced = false;
    var where = kind.isOfNoNamespace() ? scope.ofAll() : scope;
    try (var stream = client.watch(what, where, 0)) {
      for (var event = stream.next(); event != null; event = stream.next()) {
        if (event.getType() == WatchType.SYNCED) {
          synced = true;
          show(kind, initial);
          initial.clear();
        } else if (name == null || concerns(event, name)) {
          initial.add(event);
          if (synced) {
            show(kind, initial);
            initial.clear();
          }
        }
        terminal.flush();
      }
    }
  }

  private static boolean concerns(WatchEvent event, String name) {
    return switch (event.getObjectCase()) {
      case WORKLOAD -> event.getWorkload().getName().equals(name);
      case INSTANCE ->
          event.getInstance().getId().equals(name)
              || event.getInstance().getWorkload().equals(name);
      case NODE -> event.getNode().getName().equals(name);
      case EVENT -> event.getEvent().getWorkload().equals(name);
      case TOKEN -> event.getToken().getId().equals(name);
      case CONFIG -> event.getConfig().getName().equals(name);
      case VOLUME -> event.getVolume().getName().equals(name);
      case SECRET -> event.getSecret().getName().equals(name);
      case NAMESPACE -> event.getNamespace().getName().equals(name);
      default -> true;
    };
  }

  private void show(Kinds kind, List<WatchEvent> events) {
    if (!output.isTable()) {
      events.forEach(this::showObject);
      return;
    }
    var puts = events.stream().filter(each -> each.getType() == WatchType.PUT).toList();
    var table = table(kind, puts);
    if (first == null) {
      first = table;
      table.print(terminal);
    } else {
      table.printRows(terminal, first);
    }
    events.stream()
        .filter(each -> each.getType() == WatchType.DELETE)
        .forEach(each -> terminal.print(nameOf(each) + " is gone"));
  }

  private void showObject(WatchEvent event) {
    switch (event.getObjectCase()) {
      case WORKLOAD -> output.show(terminal, event.getWorkload(), Workload::getName);
      case INSTANCE -> output.show(terminal, event.getInstance(), Instance::getId);
      case NODE -> output.show(terminal, event.getNode(), Node::getName);
      case EVENT -> output.show(terminal, event.getEvent(), Event::getId);
      case REVISION -> output.show(terminal, event.getRevision(), GetCommand::revisionName);
      case TOKEN -> output.show(terminal, event.getToken(), Token::getId);
      case CONFIG -> output.show(terminal, event.getConfig(), Config::getName);
      case SECRET -> output.show(terminal, event.getSecret(), Secret::getName);
      case NAMESPACE -> output.show(terminal, event.getNamespace(), Namespace::getName);
      case VOLUME -> output.show(terminal, event.getVolume(), NamedVolume::getName);
      default -> output.show(terminal, event, each -> "");
    }
  }

  private static String nameOf(WatchEvent event) {
    return switch (event.getObjectCase()) {
      case WORKLOAD -> event.getWorkload().getName();
      case INSTANCE -> event.getInstance().getId();
      case NODE -> event.getNode().getName();
      case REVISION -> GetCommand.revisionName(event.getRevision());
      case TOKEN -> event.getToken().getId();
      case CONFIG -> event.getConfig().getName();
      case VOLUME -> event.getVolume().getName();
      case SECRET -> event.getSecret().getName();
      case NAMESPACE -> event.getNamespace().getName();
      default -> event.getEvent().getId();
    };
  }

  private Table table(Kinds kind, List<WatchEvent> puts) {
    return switch (kind) {
      case WORKLOADS ->
          Tables.workloads(style, puts.stream().map(WatchEvent::getWorkload).toList());
      case INSTANCES ->
          Tables.instances(style, puts.stream().map(WatchEvent::getInstance).toList());
      case NODES -> Tables.nodes(style, puts.stream().map(WatchEvent::getNode).toList());
      case EVENTS -> Tables.events(style, puts.stream().map(WatchEvent::getEvent).toList());
      case REVISIONS ->
          Tables.revisions(style, puts.stream().map(WatchEvent::getRevision).toList());
      case CONFIGS -> Tables.configs(style, puts.stream().map(WatchEvent::getConfig).toList());
      case SECRETS -> Tables.secrets(style, puts.stream().map(WatchEvent::getSecret).toList());
      case VOLUMES -> Tables.volumes(style, puts.stream().map(WatchEvent::getVolume).toList());
      case NAMESPACES ->
          Tables.namespaces(style, puts.stream().map(WatchEvent::getNamespace).toList());
      case TOKENS -> Tables.tokens(style, puts.stream().map(WatchEvent::getToken).toList());
    };
  }
}
