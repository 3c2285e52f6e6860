package dev.regrow.runtime.cgroup;

import static dev.regrow.runtime.cgroup.Levels.parent;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.cgroup.Hierarchies.Controller;
import dev.regrow.runtime.cgroup.LimitFiles.LimitFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongBinaryOperator;
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

  /** The amount that is in a file: written again only when it changes. */
  private final Map<Path, Long> written = new HashMap<>();

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
   * Gives the levels above an instance what is below them, if that is more than they have. What
   * they have too much is taken from them by {@link #settle}: where instances come and go, most
   * comings then find what they need.
   *
   * @param instance its directory in the hierarchy of cpu
   */
  void raise(InstanceKey key, Path instance) {
    if (available.test(Controller.CPU)) {
      var workload = parent(instance);
      var node = parent(parent(workload));
      // What the machine's own services compete with is a whole machine, not the sum of requests.
      share(parent(node), machineMillis);
      share(node, machineMillis);
      apply(key, workload, Long::max);
    }
  }

  /** The share of a level, in thousandths of a processor. */
  void share(Path dir, long cpuMillis) {
    if (available.test(Controller.CPU)) {
      write(dir, LimitFiles.cpuShare(v2, cpuMillis), cpuMillis, (has, now) -> now);
    }
  }

  /**
   * Gives every level the sum of what is below it now.
   *
   * @param directory of an instance, in the hierarchy of cpu
   * @param node that of the node
   */
  void settle(Function<InstanceKey, Path> directory, Path node) {
    if (available.test(Controller.CPU)) {
      var workloads = new TreeMap<Path, InstanceKey>();
      claims.keySet().forEach(key -> workloads.put(parent(directory.apply(key)), key));
      workloads.forEach((workload, key) -> apply(key, workload, (has, now) -> now));
      protectNode(node, (has, now) -> now);
    }
  }

  /**
   * @param which of what a level has and what is below it now
   */
  private void apply(InstanceKey key, Path workload, LongBinaryOperator which) {
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
    var namespace = parent(workload);
    write(namespace, LimitFiles.cpuShare(v2, ofNamespace), ofNamespace, which);
    write(workload, LimitFiles.cpuShare(v2, ofWorkload), ofWorkload, which);
    protectMemory(key, workload, which);
  }

  private void protectMemory(InstanceKey key, Path workload, LongBinaryOperator which) {
    if (protectsMemory()) {
      var namespace = parent(workload);
      protectNode(parent(namespace), which);
      protect(namespace, claimed(key.namespace(), null), which);
      protect(workload, claimed(key.namespace(), key.workload()), which);
    }
  }

  /** v1's soft limit is not hierarchical. */
  private boolean protectsMemory() {
    return v2 && available.test(Controller.MEMORY);
  }

  private void protectNode(Path node, LongBinaryOperator which) {
    if (protectsMemory() && protect(node, claimed(null, null), which)) {
      long all =
          files.children(parent(node)).stream()
              .mapToLong(each -> files.readNumber(each.resolve("memory.low")))
              .sum();
      protect(parent(node), all, (has, now) -> now); // other nodes write it, too
    }
  }

  private boolean protect(Path dir, long bytes, LongBinaryOperator which) {
    return write(dir, LimitFiles.memoryProtection(bytes), bytes, which);
  }

  private long claimed(@Nullable String namespace, @Nullable String workload) {
    return claims.entrySet().stream()
        .filter(c -> namespace == null || c.getKey().namespace().equals(namespace))
        .filter(c -> workload == null || c.getKey().workload().equals(workload))
        .mapToLong(c -> c.getValue().memoryBytes())
        .sum();
  }

  /** Returns whether it was written. */
  private boolean write(Path dir, LimitFile limit, long amount, LongBinaryOperator which) {
    var file = dir.resolve(limit.name());
    var has = written.get(file);
    boolean fits = has != null && which.applyAsLong(has, amount) == has;
    if (fits || !Files.isDirectory(dir)) {
      return false;
    }
    files.write(dir, limit);
    written.put(file, amount);
    return true;
  }
}
