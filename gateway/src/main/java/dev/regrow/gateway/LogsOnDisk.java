package dev.regrow.gateway;

import dev.regrow.actors.control.Refusal;
import dev.regrow.gateway.stream.LocalInstances;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.Load;
import dev.regrow.runtime.Logs;
import dev.regrow.runtime.NodeRuntime;
import dev.regrow.runtime.RunningInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Finds instances by the directories of their logs, NAMESPACE/WORKLOAD/ID, so that it needs neither
 * the cluster nor the agent.
 */
final class LogsOnDisk implements LocalInstances {

  private final Path root;
  private final Supplier<Optional<NodeRuntime>> runtime;

  LogsOnDisk(Path root, Supplier<Optional<NodeRuntime>> runtime) {
    this.root = root;
    this.runtime = runtime;
  }

  @Override
  public Optional<InstanceKey> find(String namespace, String idOrSlot) {
    try (Stream<Path> workloads = Files.list(root.resolve(namespace))) {
      return workloads
          .filter(workload -> Files.isDirectory(workload.resolve(idOrSlot)))
          .map(workload -> new InstanceKey(namespace, workload.getFileName().toString(), idOrSlot))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // Nothing of that namespace has written here.
    }
  }

  @Override
  public Logs logs() {
    return open().logs();
  }

  @Override
  public Optional<RunningInstance> running(InstanceKey key) {
    return open().running(key);
  }

  @Override
  public List<RunningInstance> running() {
    return open().running();
  }

  @Override
  public Load.OfMachine load() {
    return open().load();
  }

  private NodeRuntime open() {
    return runtime
        .get()
        .orElseThrow(
            () ->
                new Refusal(
                    Refusal.Kind.UNAVAILABLE,
                    "this node is still preparing its machine; try again"));
  }
}
