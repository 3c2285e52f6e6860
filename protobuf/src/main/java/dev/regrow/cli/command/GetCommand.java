package dev.regrow.cli.command;

import com.google.protobuf.Message;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Table;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.view.Tables;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Paging;
import dev.regrow.client.Scope;
import dev.regrow.v1.Config;
import dev.regrow.v1.Event;
import dev.regrow.v1.EventList;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Node;
import dev.regrow.v1.Revision;
import dev.regrow.v1.RevisionList;
import dev.regrow.v1.Secret;
import dev.regrow.v1.Token;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code get}: shows objects of a kind. */
public final class GetCommand extends Base {

  private String kind = "";

  private @Nullable String name;

  private boolean everywhere;

  private @Nullable String selector;

  private boolean watch;

  private final Output output = new Output();

  public GetCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of(
            "get",
            "Show objects: workloads, instances, nodes, revisions, events, tokens, configs,"
                + " secrets, volumes or namespaces.")
        .argument("KIND", "What to show.", text -> kind = text)
        .optional("NAME", "Only this one.", text -> name = text)
        .flag("-A, --all-namespaces", "Of every namespace.", () -> everywhere = true)
        .option(
            "-l, --selector",
            "SEL",
            "Only those with these labels: k=v,...",
            text -> selector = text)
        .flag("-w, --watch", "Go on showing changes.", () -> watch = true)
        .with(output::declare)
        .footer(
            "Examples:",
            "  regrow get workloads",
            "  regrow get instances web -o wide",
            "  regrow get nodes -l zone=a",
            "  regrow get workload web -o yaml > web.yaml   # can be applied again",
            "  regrow get instances -A -w");
  }

  @Override
  public int run() {
    var what = Kinds.of(kind);
    checkSelector(what);
    if (watch) {
      new Watching(terminal, client(), output, style()).run(what, scope(), name);
      return ExitCode.OK;
    }
    switch (what) {
      case WORKLOADS -> workloads();
      case INSTANCES -> instances();
      case NODES -> nodes();
      case REVISIONS -> revisions();
      case EVENTS -> events();
      case TOKENS -> tokens();
      case CONFIGS -> configs();
      case SECRETS -> secrets();
      case VOLUMES -> volumes();
      case NAMESPACES -> namespaces();
    }
    return ExitCode.OK;
  }

  /** What would be ignored is refused. */
  private void checkSelector(Kinds what) {
    if (selector == null) {
      return;
    }
    if (what == Kinds.TOKENS) {
      throw Failure.usage("-l " + selector + ": tokens have no labels");
    }
    if (name != null && !watch) {
      throw Failure.usage("-l " + selector + ": give it, or the name " + name + ", not both");
    }
  }

  private Scope scope() {
    return Selectors.in(everywhere ? Scope.everywhere() : Scope.of(namespace()), selector);
  }

  private Tables.Style style() {
    return new Tables.Style(everywhere, output.isWide(), System.currentTimeMillis());
  }

  private void workloads() {
    if (name != null) {
      one(Lookup.workload(client(), namespace(), name), Tables::workloads, Workload::getName);
      return;
    }
    var list = Paging.workloads(client(), scope());
    many(list, list.getItemsList(), Tables::workloads, Workload::getName);
  }

  private void instances() {
    if (name == null) {
      var list = Paging.instances(client(), scope());
      many(list, list.getItemsList(), Tables::instances, Instance::getId);
      return;
    }
    try {
      one(client().send(Calls.instance(namespace(), name)), Tables::instances, Instance::getId);
    } catch (ApiException.NotFound noSuchInstance) {
      var list = instancesOf(name);
      many(list, list.getItemsList(), Tables::instances, Instance::getId);
    }
  }

  private InstanceList instancesOf(String workload) {
    try {
      return client().send(Calls.instancesOf(namespace(), workload));
    } catch (ApiException.NotFound e) {
      throw Lookup.noInstance(client(), namespace(), workload);
    }
  }

  private void nodes() {
    if (name != null) {
      one(Lookup.node(client(), name), Tables::nodes, Node::getName);
      return;
    }
    var list = Paging.nodes(client(), scope());
    many(list, list.getItemsList(), Tables::nodes, Node::getName);
  }

  private void revisions() {
    var list = RevisionList.newBuilder();
    if (name != null) {
      Lookup.workload(client(), namespace(), name);
      list.mergeFrom(client().send(Calls.revisions(namespace(), name)));
    } else {
      for (var each : Paging.workloads(client(), scope()).getItemsList()) {
        var revisions = client().send(Calls.revisions(each.getNamespace(), each.getName()));
        list.addAllItems(revisions.getItemsList()).setIndex(revisions.getIndex());
      }
    }
    many(list.build(), list.getItemsList(), Tables::revisions, GetCommand::revisionName);
  }

  static String revisionName(Revision revision) {
    return revision.getWorkload() + "/" + revision.getRevision();
  }

  private void events() {
    EventList list;
    if (name == null) {
      list = Paging.events(client(), scope());
    } else {
      Lookup.workload(client(), namespace(), name);
      list = client().send(Calls.eventsOf(namespace(), name));
    }
    many(list, list.getItemsList(), Tables::events, Event::getId);
  }

  private void configs() {
    if (name == null) {
      var list = Paging.configs(client(), scope());
      many(list, list.getItemsList(), Tables::configs, Config::getName);
      return;
    }
    try {
      one(client().send(Calls.config(namespace(), name)), Tables::configs, Config::getName);
    } catch (ApiException.NotFound e) {
      throw ConfigCommand.noConfig(namespace(), name);
    }
  }

  private void secrets() {
    if (name == null) {
      var list = Paging.secrets(client(), scope());
      many(list, list.getItemsList(), Tables::secrets, Secret::getName);
      return;
    }
    one(Lookup.secret(client(), namespace(), name), Tables::secrets, Secret::getName);
  }

  private void volumes() {
    if (name == null) {
      var list = Paging.volumes(client(), scope());
      many(list, list.getItemsList(), Tables::volumes, NamedVolume::getName);
      return;
    }
    one(Lookup.volume(client(), namespace(), name), Tables::volumes, NamedVolume::getName);
  }

  private void namespaces() {
    if (name == null) {
      var list = Paging.namespaces(client(), scope());
      many(list, list.getItemsList(), Tables::namespaces, Namespace::getName);
      return;
    }
    one(Lookup.namespace(client(), name), Tables::namespaces, Namespace::getName);
  }

  private void tokens() {
    var list = Paging.tokens(client());
    if (name != null) {
      var wanted = name;
      var token =
          list.getItemsList().stream()
              .filter(each -> each.getId().equals(wanted))
              .findFirst()
              .orElseThrow(
                  () ->
                      Failure.error(
                          "there is no token \""
                              + wanted
                              + "\"\nsee what there is: regrow get tokens"));
      one(token, Tables::tokens, Token::getId);
      return;
    }
    many(list, list.getItemsList(), Tables::tokens, Token::getId);
  }

  private <T extends Message> void one(
      T object, BiFunction<Tables.Style, List<T>, Table> table, Function<T, String> named) {
    if (output.isTable()) {
      table.apply(style(), List.of(object)).print(terminal);
    } else {
      output.show(terminal, object, named);
    }
  }

  private String where() {
    return (everywhere || Kinds.of(kind).isOfNoNamespace() ? "" : " in namespace " + namespace())
        + (selector == null ? "" : " with " + selector);
  }

  private <T extends Message> void many(
      Message list,
      List<T> items,
      BiFunction<Tables.Style, List<T>, Table> table,
      Function<T, String> named) {
    if (output.form() == Output.Form.NAME) {
      items.forEach(each -> terminal.print(named.apply(each)));
    } else if (!output.isTable()) {
      output.show(terminal, list, whole -> "");
    } else if (items.isEmpty()) {
      terminal.say("there are none" + where());
    } else {
      table.apply(style(), items).print(terminal);
    }
  }
}
