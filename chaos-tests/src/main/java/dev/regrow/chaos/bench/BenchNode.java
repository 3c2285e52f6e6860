package dev.regrow.chaos.bench;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.LocalNode;
import dev.regrow.chaos.scenario.Locked;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.ContextFile;
import dev.regrow.client.RegrowClient;
import dev.regrow.schema.Schema;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Kind;
import dev.regrow.v1.Network;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A node to be measured, a client of it, and workloads of probes. */
final class BenchNode implements AutoCloseable {

  private static final String ADDRESS = "127.77.0.1";
  private static final String NAMESPACE = "default";
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);
  private static final long SMALL_MEMORY_BYTES = 4 << 20;

  private final LocalNode node;
  private final RegrowClient client;
  private final Stamps stamps;

  private BenchNode(LocalNode node, RegrowClient client, Stamps stamps) {
    this.node = node;
    this.client = client;
    this.stamps = stamps;
  }

  static BenchNode start(Benchmark.Setting setting) throws IOException {
    var stamps = Stamps.in(setting.scratch().resolve("stamps"));
    var node =
        new LocalNode(setting.home(), setting.scratch().resolve("data"), "bench", ADDRESS)
            .with("--host-paths", stamps.folder().toString())
            .start();
    var context = ContextFile.at(node.contextFile()).read().orElseThrow();
    var client = RegrowClient.of(context);
    client.send(Calls.putNamespace(Locked.namespace()));
    return new BenchNode(node, client, stamps);
  }

  LocalNode node() {
    return node;
  }

  RegrowClient client() {
    return client;
  }

  Stamps stamps() {
    return stamps;
  }

  /** A Service of probes that stamp into the file of its name; so small that hundreds fit. */
  Workload probes(String name, int replicas) {
    var workload =
        Workload.newBuilder().setKind(Kind.SERVICE).setName(name).setNamespace(NAMESPACE);
    workload.setReplicas(replicas);
    var template = workload.getInstanceBuilder();
    template.addAllCommand(List.of("/stamps/probe", "stamp", "/stamps/" + name));
    template.setNetwork(Network.NONE);
    template.getResourcesBuilder().setCpu(1).setMemory(SMALL_MEMORY_BYTES).setPids(8);
    template.addVolumesBuilder().setHost(stamps.folder().toString()).setAt("/stamps");
    return Schema.withDefaults(workload.build());
  }

  void apply(Workload workload) {
    client.send(Calls.apply(workload));
  }

  /** Waits until so many instances run, and returns them. */
  List<Instance> awaitReady(String name, int count) {
    return Await.until(
        count + " ready instances of " + name,
        SETTLED_WITHIN,
        () -> instances(name),
        seen -> seen.stream().filter(Instance::getReady).count() == count);
  }

  List<Instance> instances(String name) {
    return client.send(Calls.instancesOf(NAMESPACE, name)).getItemsList();
  }

  void delete(String name) {
    client.send(Calls.delete(NAMESPACE, name));
    Await.until("workload " + name + " to be gone", SETTLED_WITHIN, () -> gone(name));
  }

  private boolean gone(String name) {
    try {
      client.send(Calls.workload(NAMESPACE, name));
      return false;
    } catch (ApiException.NotFound expected) {
      return true;
    }
  }

  @Override
  public void close() {
    client.close();
    node.close();
  }
}
