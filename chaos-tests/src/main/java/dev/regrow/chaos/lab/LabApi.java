package dev.regrow.chaos.lab;

import dev.regrow.client.ApiException;
import dev.regrow.client.Call;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.StoreServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What the cluster of a lab says while some of it may be away. */
final class LabApi implements AutoCloseable {

  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(2);

  private final RegrowClient client;

  LabApi(Machine founder, List<Machine> machines) {
    client = LabClient.ofAny(founder, machines, ANSWERED_WITHIN);
  }

  /** Empty while nobody answers. */
  <T> Optional<T> ask(Call<T> call) {
    try {
      return Optional.of(client.send(call));
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut away) {
      return Optional.empty();
    }
  }

  Optional<Cluster> cluster() {
    return ask(Calls.cluster());
  }

  /** "" while nobody is known to lead. */
  String leader() {
    return cluster().map(Cluster::getLeader).orElse("");
  }

  /** Of that workload, or of that slot alone. */
  List<Instance> running(String namespace, String name) {
    var all = instances(namespace, name);
    int dash = name.lastIndexOf('-');
    if (all.isEmpty() && dash > 0 && name.substring(dash + 1).matches("[0-9]+")) {
      all = instances(namespace, name.substring(0, dash));
      return all.stream().filter(each -> each.getSlot().equals(name)).toList();
    }
    return all;
  }

  private List<Instance> instances(String namespace, String workload) {
    try {
      return ask(Calls.instancesOf(namespace, workload))
          .map(list -> list.getItemsList())
          .orElse(List.of())
          .stream()
          .filter(each -> each.getPhase() == InstancePhase.INSTANCE_RUNNING && each.getPid() > 0)
          .toList();
    } catch (ApiException.NotFound none) {
      return List.of();
    }
  }

  /** Whether that many servers keep the store, all there and with a vote. */
  boolean isWhole(int servers) {
    var seen =
        cluster()
            .map(cluster -> cluster.getStore().getServersList())
            .orElse(List.<StoreServer>of());
    return seen.size() == servers
        && seen.stream().allMatch(server -> server.getVoter() && server.getReachable());
  }

  @Override
  public void close() {
    client.close();
  }
}
