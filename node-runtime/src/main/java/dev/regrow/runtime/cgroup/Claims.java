package dev.regrow.runtime.cgroup;

import static dev.regrow.runtime.cgroup.HostCgroups.parent;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.cgroup.Hierarchies.Controller;
import dev.regrow.runtime.cgroup.LimitFiles.LimitFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the node's instances claim, and what the levels above them therefore get: a workload, a
 * namespace and the node each the sum of what is below. For one thread at a time.
 */
final class Claims {

  private final CgroupFiles files;
  private final boolean v2;
  private final Predicate<Controller> available;
  private final long machineMillis;
  private final Map<InstanceKey, Limits> claims = new HashMap<>();

  /** What is in a file already is not written again. */
  private final Map<Path, String> written = new HashMap<>();

  /**
   * @param available whether the machine has a controller
   * @param machineMillis all its processors, in thousandths of one
   */
  Claims(CgroupFiles files, boolean v2, Predicate<Controller> available, long machineMillis) {
    this.files = files;
    this.v2 = v2;
    this.available = available;
    this.machineMillis = machineMillis;
  }

  boolean holds(InstanceKey key, Limits limits) {
    return limits.equals(claims.get(key));
  }

  /** Whether it claims anything. */
  boolean has(InstanceKey key) {
    return claims.containsKey(key);
  }

  /** Returns whether that is new. */
  boolean put(InstanceKey key, Limits limits) {
    return !limits.equals(claims.put(key, limits));
  }

  /** Returns whether there was one. */
  boolean remove(InstanceKey key) {
    return claims.remove(key) != null;
  }

  void clear() {
    claims.clear();
    written.clear();
  }

  /** A level was removed, and its files with it. */
  void forget(Path dir) {
    written.keySet().removeAll(filesOf(dir));
  }

  private static Set<Path> filesOf(Path dir) {
    return Set.of(dir.resolve("cpu.weight"), dir.resolve("cpu.shares"), dir.resolve("memory.low"));
  }

  /**
   * Gives the levels above an instance the sum of what is below them.
   *
   * @param instance its directory in the hierarchy of cpu
   */
  void rebalance(InstanceKey key, Path instance) {
    if (!available.test(Controller.CPU)) {
      return;
    }
    var workload = parent(instance);
    var namespace = parent(workload);
    var node = parent(namespace);
    long ofWorkload = 0;
    long ofNamespace = 0;
    for (var claim : claims.entrySet()) {
      if (claim.getKey().namespace().equals(key.namespace())) {
        ofNamespace += claim.getValue().cpuMillis();
        if (claim.getKey().workload().equals(key.workload())) {
          ofWorkload += claim.getValue().cpuMillis();
        }
      }
    }
    share(workload, ofWorkload);
    share(namespace, ofNamespace);
    // What the machine's own services compete with is a whole machine, not the sum of requests.
    share(node, machineMillis);
    share(parent(node), machineMillis);
    protectMemory(key, workload, namespace);
  }

  /** The share of a level, in thousandths of a processor. */
  void share(Path dir, long cpuMillis) {
    var limit = LimitFiles.cpuShare(v2, cpuMillis);
    if (available.test(Controller.CPU)) {
      writeOnce(dir, limit);
    }
  }

  private void protectMemory(InstanceKey key, Path workload, Path namespace) {
    if (!v2 || !available.test(Controller.MEMORY)) {
      return; // v1's soft limit is not hierarchical
    }
    writeOnce(workload, LimitFiles.memoryProtection(claimed(key.namespace(), key.workload())));
    writeOnce(namespace, LimitFiles.memoryProtection(claimed(key.namespace(), null)));
    var node = parent(namespace);
    writeOnce(node, LimitFiles.memoryProtection(claimed(null, null)));
    var all =
        files.children(parent(node)).stream()
            .mapToLong(each -> files.readNumber(each.resolve("memory.low")))
            .sum();
    writeOnce(parent(node), LimitFiles.memoryProtection(all));
  }

  private long claimed(@Nullable String namespace, @Nullable String workload) {
    return claims.entrySet().stream()
        .filter(c -> namespace == null || c.getKey().namespace().equals(namespace))
        .filter(c -> workload == null || c.getKey().workload().equals(workload))
        .mapToLong(c -> c.getValue().memoryBytes())
        .sum();
  }

  private void writeOnce(Path dir, LimitFile limit) {
    var file = dir.resolve(limit.name());
    if (!limit.content().equals(written.get(file)) && Files.isDirectory(dir)) {
      files.write(dir, limit);
      written.put(file, limit.content());
    }
  }
}
