package dev.regrow.cli.command;

import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.Paging;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.Scope;
import dev.regrow.schema.Suggestion;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Node;
import dev.regrow.v1.Secret;
import dev.regrow.v1.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Finds what people named, or says what they may have meant. */
final class Lookup {
  private Lookup() {}

  static Workload workload(RegrowClient client, String namespace, String name) {
    try {
      return client.send(Calls.workload(namespace, name));
    } catch (ApiException.NotFound e) {
      throw noWorkload(client, namespace, name);
    }
  }

  /** Runs a call on a workload; its absence is told with what exists. */
  static <T> T on(
      RegrowClient client, String namespace, String name, java.util.function.Supplier<T> call) {
    try {
      return call.get();
    } catch (ApiException.NotFound e) {
      workload(client, namespace, name);
      throw e;
    }
  }

  static Node node(RegrowClient client, String name) {
    try {
      return client.send(Calls.node(name));
    } catch (ApiException.NotFound e) {
      var names = client.send(Calls.nodes()).getItemsList().stream().map(Node::getName).toList();
      throw absent("node", name, "", names, "regrow get nodes");
    }
  }

  static Failure noWorkload(RegrowClient client, String namespace, String name) {
    var all = visible(client, namespace);
    for (var each : all) {
      if (each.getName().equals(name)) {
        return Failure.error(
            "there is no workload \""
                + name
                + "\" in namespace "
                + namespace
                + ", but there is one in "
                + each.getNamespace()
                + ": add -n "
                + each.getNamespace());
      }
    }
    var names =
        all.stream()
            .filter(each -> each.getNamespace().equals(namespace))
            .map(Workload::getName)
            .toList();
    return absent("workload", name, " in namespace " + namespace, names, "regrow get workloads -A");
  }

  /** Everywhere, or only here for a token that counts only here. */
  private static List<Workload> visible(RegrowClient client, String namespace) {
    try {
      return Paging.workloads(client, Scope.everywhere()).getItemsList();
    } catch (ApiException.Denied elsewhere) {
      return Paging.workloads(client, Scope.of(namespace)).getItemsList();
    }
  }

  static Failure noInstance(RegrowClient client, String namespace, String name) {
    var names = new ArrayList<String>();
    for (var each : Paging.instances(client, Scope.of(namespace)).getItemsList()) {
      names.add(each.getId());
      names.add(each.getWorkload());
    }
    return absent(
        "instance or workload",
        name,
        " in namespace " + namespace,
        names,
        "regrow get instances -A");
  }

  /**
   * The instances that a name stands for: one by its id or its slot, or all of a workload.
   *
   * @throws Failure when it stands for nothing
   */
  static List<Instance> instances(RegrowClient client, String namespace, String name) {
    try {
      return List.of(client.send(Calls.instance(namespace, name)));
    } catch (ApiException.NotFound noSuchId) {
      return ofSlotOrWorkload(client, namespace, name);
    }
  }

  /**
   * One running instance that a name stands for; of several the first that is ready, which is said.
   *
   * @throws Failure when there is none
   */
  static Instance running(Terminal terminal, RegrowClient client, String namespace, String name) {
    var all = instances(client, namespace, name);
    var running =
        all.stream()
            .filter(each -> each.getPhase() == InstancePhase.INSTANCE_RUNNING)
            .sorted(
                Comparator.comparing((Instance each) -> !each.getReady())
                    .thenComparing(Instance::getSlot))
            .toList();
    if (running.isEmpty()) {
      throw Failure.error(
          "no instance of \""
              + name
              + "\" is running\nsee why: regrow explain "
              + (all.isEmpty() ? name : all.get(0).getWorkload()));
    }
    if (running.size() > 1) {
      terminal.say(
          name + " has " + running.size() + " instances; this is " + running.get(0).getId());
    }
    return running.get(0);
  }

  private static List<Instance> ofSlotOrWorkload(
      RegrowClient client, String namespace, String name) {
    try {
      return client.send(Calls.instancesOf(namespace, name)).getItemsList();
    } catch (ApiException.NotFound noSuchWorkload) {
      var bySlot =
          Paging.instances(client, Scope.of(namespace)).getItemsList().stream()
              .filter(each -> each.getSlot().equals(name))
              .toList();
      if (bySlot.isEmpty()) {
        throw noInstance(client, namespace, name);
      }
      return bySlot;
    }
  }

  private static Failure absent(
      String kind, String name, String where, List<String> names, String next) {
    var nearest = Suggestion.nearest(name, names);
    return Failure.error(
        "there is no "
            + kind
            + " \""
            + name
            + "\""
            + where
            + (nearest == null ? "" : "; did you mean \"" + nearest + "\"?")
            + "\nsee what there is: "
            + next);
  }

  static Namespace namespace(RegrowClient client, String name) {
    try {
      return client.send(Calls.namespace(name));
    } catch (ApiException.NotFound e) {
      throw Failure.error(
          "namespace \""
              + name
              + "\" is not declared; the rules of namespace default hold in it"
              + "\nsee what there is: regrow get namespaces");
    }
  }

  static NamedVolume volume(RegrowClient client, String namespace, String name) {
    try {
      return client.send(Calls.volume(namespace, name));
    } catch (ApiException.NotFound e) {
      throw Failure.error(
          "there is no volume \""
              + name
              + "\" in namespace "
              + namespace
              + "\nsee what there is: regrow get volumes");
    }
  }

  static Secret secret(RegrowClient client, String namespace, String name) {
    try {
      return client.send(Calls.secret(namespace, name));
    } catch (ApiException.NotFound e) {
      throw Failure.error(
          "there is no secret \""
              + name
              + "\" in namespace "
              + namespace
              + "\nsee what there is: regrow get secrets");
    }
  }
}
