package dev.regrow.client;

import dev.regrow.v1.ConfigList;
import dev.regrow.v1.EventList;
import dev.regrow.v1.InstanceList;
import dev.regrow.v1.NamedVolumeList;
import dev.regrow.v1.NamespaceList;
import dev.regrow.v1.NodeList;
import dev.regrow.v1.SecretList;
import dev.regrow.v1.TokenList;
import dev.regrow.v1.WorkloadList;

/** Lists with all their pages, as one. */
public final class Paging {
  private Paging() {}

  public static WorkloadList workloads(RegrowClient client, Scope scope) {
    var all = client.send(Calls.workloads(scope)).toBuilder();
    while (!all.getContinue().isEmpty()) {
      var page = client.send(Calls.workloads(scope.continued(all.getContinue())));
      all.addAllItems(page.getItemsList()).setContinue(page.getContinue());
    }
    return all.build();
  }

  public static InstanceList instances(RegrowClient client, Scope scope) {
    var all = client.send(Calls.instances(scope)).toBuilder();
    while (!all.getContinue().isEmpty()) {
      var page = client.send(Calls.instances(scope.continued(all.getContinue())));
      all.addAllItems(page.getItemsList()).setContinue(page.getContinue());
    }
    return all.build();
  }

  public static ConfigList configs(RegrowClient client, Scope scope) {
    var all = client.send(Calls.configs(scope)).toBuilder();
    while (!all.getContinue().isEmpty()) {
      var page = client.send(Calls.configs(scope.continued(all.getContinue())));
      all.addAllItems(page.getItemsList()).setContinue(page.getContinue());
    }
    return all.build();
  }

  public static NamedVolumeList volumes(RegrowClient client, Scope scope) {
    var all = client.send(Calls.volumes(scope)).toBuilder();
    while (!all.getContinue().isEmpty()) {
      var page = client.send(Calls.volumes(scope.continued(all.getContinue())));
      all.addAllItems(page.getItemsList()).setContinue(page.getContinue());
    }
    return all.build();
  }

  public static NamespaceList namespaces(RegrowClient client, Scope scope) {
    var all = client.send(Calls.namespaces(scope)).toBuilder();
    while (!all.getContinue().isEmpty()) {
      var page = client.send(Calls.namespaces(scope.continued(all.getContinue())));
      all.addAllItems(page.getItemsList()).setContinue(page.getContinue());
    }
    return all.build();
  }

  public static SecretList secrets(RegrowClient client, Scope scope) {
    var all = client.send(Calls.secrets(scope)).toBuilder();
    while (!all.getContinue().isEmpty()) {
      var page = client.send(Calls.secrets(scope.continued(all.getContinue())));
      all.addAllItems(page.getItemsList()).setContinue(page.getContinue());
    }
    return all.build();
  }

  public static NodeList nodes(RegrowClient client) {
    return nodes(client, Scope.everywhere());
  }

  public static NodeList nodes(RegrowClient client, Scope scope) {
    var all = client.send(Calls.nodes(scope)).toBuilder();
    while (!all.getContinue().isEmpty()) {
      var page = client.send(Calls.nodes(scope.continued(all.getContinue())));
      all.addAllItems(page.getItemsList()).setContinue(page.getContinue());
    }
    return all.build();
  }

  public static TokenList tokens(RegrowClient client) {
    var all = client.send(Calls.tokens("")).toBuilder();
    while (!all.getContinue().isEmpty()) {
      var page = client.send(Calls.tokens(all.getContinue()));
      all.addAllItems(page.getItemsList()).setContinue(page.getContinue());
    }
    return all.build();
  }

  public static EventList events(RegrowClient client, Scope scope) {
    var all = client.send(Calls.events(scope)).toBuilder();
    while (!all.getContinue().isEmpty()) {
      var page = client.send(Calls.events(scope.continued(all.getContinue())));
      all.addAllItems(page.getItemsList()).setContinue(page.getContinue());
    }
    return all.build();
  }
}
