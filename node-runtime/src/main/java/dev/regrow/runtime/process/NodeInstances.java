package dev.regrow.runtime.process;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.ServedPort;
import dev.regrow.runtime.logs.FileLogs;
import dev.regrow.runtime.process.LiveInstance.Start;
import dev.regrow.runtime.state.Control;
import dev.regrow.runtime.state.InstanceFile;
import dev.regrow.runtime.state.Status;
import dev.regrow.runtime.syscall.Fd;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The instances of this node, from their starts until they are discarded; sees to their ends. */
final class NodeInstances implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(NodeInstances.class);

  private final MachineParts parts;
  private final FileLogs logs;
  private final Executor work;
  private final Prober prober;
  private final Execs execs;
  private final ExitWatcher exits;
  private final Map<InstanceKey, LiveInstance> instances = new ConcurrentHashMap<>();
  private final Slots slots = new Slots();

  /**
   * @param work for what may block
   */
  NodeInstances(MachineParts parts, FileLogs logs, Executor work) {
    this.parts = parts;
    this.logs = logs;
    this.work = work;
    this.prober = new Prober(parts.kernel(), parts.launcher().joiner());
    this.execs = new Execs(parts.kernel(), parts.launcher().joiner());
    this.exits = new ExitWatcher(parts.kernel());
  }

  /** Those that have ended, too. */
  Collection<LiveInstance> all() {
    return instances.values();
  }

  Set<InstanceKey> keys() {
    return instances.keySet();
  }

  Optional<LiveInstance> living(InstanceKey key) {
    return Optional.ofNullable(instances.get(key)).filter(instance -> !instance.hasEnded());
  }

  List<LiveInstance> living() {
    return instances.values().stream().filter(instance -> !instance.hasEnded()).toList();
  }

  /**
   * Of one that is about to be started: a predecessor that is forgotten meanwhile does not free its
   * host ids any more.
   */
  void takeSlot(InstanceKey key, String slot) {
    slots.take(key, slot);
  }

  /**
   * An attempt lives.
   *
   * @param shim is taken over: its end is the attempt's
   */
  LiveInstance lives(InstanceFile file, Status status, Fd shim) {
    var instance = remember(file, Start.of(status));
    exits.watch(shim, () -> shimEnded(instance));
    return instance;
  }

  /** An attempt has ended, and its shim wrote how. */
  LiveInstance ended(InstanceFile file, Status status) {
    var instance = remember(file, Start.of(status));
    end(instance, status);
    return instance;
  }

  /**
   * The shim of an attempt died, and what it ran is to die with it.
   *
   * @param status null: it wrote none
   */
  LiveInstance shimLost(InstanceFile file, @Nullable Status status) {
    var start = status == null ? new Start(0, Instant.now(), 0, null) : Start.of(status);
    var instance = remember(file, start);
    end(instance, null);
    return instance;
  }

  private LiveInstance remember(InstanceFile file, Start start) {
    var id = file.key().instanceId();
    var instance =
        new LiveInstance(
            file,
            start,
            parts.cgroups().of(file.key()),
            new Control(parts.kernel(), parts.state().instance(id), file.attempt()),
            prober,
            execs,
            ports -> serve(file.key(), ports));
    var evicted = parts.state().evicted(id);
    if (!evicted.isEmpty()) {
      instance.evicted(evicted);
    }
    instances.put(file.key(), instance);
    slots.take(file.key(), file.slot());
    return instance;
  }

  /** First it is written down why: this agent may not live to see the end. */
  void evict(LiveInstance instance, String why) {
    parts.state().writeEvicted(instance.key().instanceId(), why);
    instance.evicted(why);
    instance.stop(instance.file().stopGrace());
  }

  private CompletionStage<List<String>> serve(InstanceKey key, List<ServedPort> ports) {
    return parts
        .network()
        .serve(key, ports, () -> parts.state().writePorts(key.instanceId(), ports));
  }

  /** On the exit watcher's thread. */
  private void shimEnded(LiveInstance instance) {
    var said = Status.parse(parts.state().status(instance.key().instanceId()));
    var status = said.status().orElse(null);
    if (status == null || status.exit() == null) {
      // No shim, no record: see to it that the rest is gone, which may take a moment.
      work.execute(() -> end(instance, null));
    } else {
      end(instance, status);
    }
  }

  private void end(LiveInstance instance, @Nullable Status status) {
    var file = instance.file();
    if (status == null && !parts.kill(file.key())) {
      LOG.error(
          "{}: processes are left after a kill; its cgroup is frozen or a disk hangs", file.key());
    }
    if (file.address() != null) {
      var unused = serve(file.key(), List.of());
    }
    var hits = parts.cgroups().of(file.key()).counters().since(file.baseline());
    var ended =
        instance.judged(Ending.of(status, hits, file.limits(), file.stopGrace(), Instant.now()));
    instance.end(ended);
    logs.noteEnd(file.key(), file.attempt(), instance.startedAt(), ended);
  }

  /** Of a node that has just found out what it has. */
  void keepSlots() {
    parts.launcher().keepSlots(slots.taken());
  }

  /** Its logs stay, and its slot keeps its host ids. Idempotent. */
  void discard(InstanceKey key) {
    if (living(key).isPresent()) {
      throw new RuntimeFailure(key + " is still running; stop it first", true);
    }
    parts.removeInstance(key);
    instances.remove(key);
  }

  /** Nothing of it stays. Idempotent. */
  void forget(InstanceKey key) {
    discard(key);
    logs.forget(key);
    slots.leave(key, slot -> parts.launcher().releaseSlot(key, slot));
  }

  /** The instances live on. */
  @Override
  public void close() {
    exits.close();
    prober.close();
    execs.close();
  }
}
