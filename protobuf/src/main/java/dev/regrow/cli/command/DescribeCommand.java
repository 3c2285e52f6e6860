package dev.regrow.cli.command;

import com.google.protobuf.Message;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.cli.view.Descriptions;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.schema.Schema;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code describe}: one object in full. */
public final class DescribeCommand extends Base {
  private static final int EVENTS_SHOWN = 10;

  private final List<String> words = new ArrayList<>();

  public DescribeCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("describe", "Tell everything about one object.")
        .arguments("[KIND] NAME", "The kind (default: workload) and the name.", 1, 2, words::add)
        .footer(
            "Examples:",
            "  regrow describe web",
            "  regrow describe instance web-0",
            "  regrow describe node n1");
  }

  @Override
  public int run() {
    var kind = words.size() == 2 ? Kinds.of(words.get(0)) : Kinds.WORKLOADS;
    var name = words.get(words.size() - 1);
    long now = System.currentTimeMillis();
    switch (kind) {
      case WORKLOADS -> workload(name, now);
      case INSTANCES -> {
        var revisions = new HashMap<String, List<Revision>>(); // One look for all of a workload.
        for (var each : Lookup.instances(client(), namespace(), name)) {
          var known = revisions.computeIfAbsent(each.getWorkload(), this::revisionsIfAny);
          Descriptions.instance(terminal, each, template(each, known), now);
        }
      }
      case NODES -> Descriptions.node(terminal, Lookup.node(client(), name));
      // All that is known of them is what was declared, and where volumes are.
      case CONFIGS -> show(ConfigCommand.find(client(), namespace(), name));
      case SECRETS -> show(Lookup.secret(client(), namespace(), name));
      case VOLUMES -> show(Lookup.volume(client(), namespace(), name));
      case NAMESPACES -> show(Lookup.namespace(client(), name));
      default ->
          throw Failure.usage(
              "describe knows workloads, instances, nodes, configs, secrets, volumes and namespaces");
    }
    return ExitCode.OK;
  }

  private void show(Message object) {
    terminal.out().print(Schema.toYaml(object));
  }

  /** Of the revision that it runs, which is not always the workload's latest. */
  private static @Nullable InstanceTemplate template(Instance instance, List<Revision> known) {
    return known.stream()
        .filter(each -> each.getRevision() == instance.getRevision())
        .map(Revision::getInstance)
        .findFirst()
        .orElse(null);
  }

  private List<Revision> revisionsIfAny(String workload) {
    try {
      return revisions(namespace(), workload);
    } catch (ApiException.NotFound e) {
      return List.of(); // It was deleted, and its instances are about to go.
    }
  }

  private List<Revision> revisions(String namespace, String name) {
    return client().send(Calls.revisions(namespace, name)).getItemsList();
  }

  private void workload(String name, long now) {
    var workload = Lookup.workload(client(), namespace(), name);
    var instances = client().send(Calls.instancesOf(namespace(), name)).getItemsList();
    var events = client().send(Calls.eventsOf(namespace(), name)).getItemsList();
    int from = Math.max(0, events.size() - EVENTS_SHOWN);
    Descriptions.workload(
        terminal,
        workload,
        imageDigest(workload),
        instances,
        events.subList(from, events.size()),
        now);
  }

  /** Only images of registries and layouts have one, so nobody else is asked for revisions. */
  private String imageDigest(Workload workload) {
    var image = workload.getInstance().getImage();
    if (!image.startsWith("oci:") && !image.startsWith("layout:")) {
      return "";
    }
    return revisions(workload.getNamespace(), workload.getName()).stream()
        .filter(Revision::getCurrent)
        .map(Revision::getImageDigest)
        .findFirst()
        .orElse("");
  }
}
