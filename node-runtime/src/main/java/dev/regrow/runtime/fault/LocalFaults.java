package dev.regrow.runtime.fault;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.cgroup.Cgroups;
import dev.regrow.runtime.network.Cuts;
import dev.regrow.runtime.syscall.Kernel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link NodeFaults} of this machine. One thread does all of it, in order. */
public final class LocalFaults implements NodeFaults, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LocalFaults.class);

  /** So that the answer is gone before the JVM stands still. */
  private static final Duration BEFORE_PAUSE = Duration.ofMillis(300);

  private static final Duration CLOSED_WITHIN = Duration.ofSeconds(20);

  private final Kernel kernel;
  private final Cgroups cgroups;
  private final String nodeUid;
  private final Path state;
  private final Set<FaultKind> allowed;
  private final Supplier<List<RunningInstance>> running;
  private final ScheduledThreadPoolExecutor thread;
  private final Map<String, Active> active = new LinkedHashMap<>();
  private int number;

  /**
   * @param addresses that are cut off meanwhile
   */
  private record Active(Fault fault, List<String> addresses, Runnable undo) {}

  /**
   * @param state the node's directory on a tmpfs
   * @param running what runs here
   */
  public LocalFaults(
      Kernel kernel,
      Cgroups cgroups,
      String nodeUid,
      Path state,
      Set<FaultKind> allowed,
      Supplier<List<RunningInstance>> running) {
    this.kernel = kernel;
    this.cgroups = cgroups;
    this.nodeUid = nodeUid;
    this.state = state;
    this.allowed = Set.copyOf(allowed);
    this.running = running;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              var made = new Thread(task, "regrow-faults");
              made.setDaemon(true);
              return made;
            });
    thread.setKeepAliveTime(10, TimeUnit.SECONDS);
    thread.allowCoreThreadTimeOut(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** An agent that died may have left them paused. */
  public void goOn(Collection<InstanceKey> adopted) {
    adopted.forEach(key -> cgroups.of(key).freeze(false));
  }

  @Override
  public Set<FaultKind> allowed() {
    return allowed;
  }

  @Override
  public CompletionStage<List<String>> rehearse(FaultOrder order) {
    return ask(() -> judged(order));
  }

  @Override
  public CompletionStage<Fault> begin(FaultOrder order) {
    return ask(() -> beginNow(order, judged(order)));
  }

  @Override
  public synchronized List<Fault> active() {
    return active.values().stream().map(Active::fault).toList();
  }

  private synchronized List<Active> all() {
    return List.copyOf(active.values());
  }

  @Override
  public CompletionStage<List<Fault>> end(@Nullable String id) {
    return ask(() -> endNow(id));
  }

  private List<String> judged(FaultOrder order) {
    var target = target(order.instance());
    var facts =
        new FaultJudge.Facts(
            allowed,
            order.instance() != null && cgroups.of(order.instance()).v2Directory().isPresent(),
            target,
            active());
    FaultJudge.refusal(order, facts)
        .ifPresent(
            refusal -> {
              throw refusal;
            });
    return FaultJudge.affects(order, target, running.get().size());
  }

  private FaultJudge.@Nullable Target target(@Nullable InstanceKey wanted) {
    return running.get().stream()
        .filter(instance -> instance.key().equals(wanted))
        .findFirst()
        .map(
            instance ->
                new FaultJudge.Target(
                    instance.slot(), instance.address(), instance.load().memoryMaxBytes()))
        .orElse(null);
  }

  private Fault beginNow(FaultOrder order, List<String> affects) {
    var began = Instant.now();
    boolean atOnce = order.kind() == FaultKind.INSTANCE_KILL;
    var fault =
        new Fault(
            order.kind().text() + "-" + ++number,
            order,
            affects,
            began,
            atOnce ? began : began.plus(order.length()));
    LOG.warn("fault {}: {}", fault.id(), String.join("; ", affects));
    if (order.kind() == FaultKind.INSTANCE_CUT || order.kind() == FaultKind.PARTITION) {
      beginCut(fault);
    } else {
      note(new Active(fault, List.of(), act(fault)), atOnce);
    }
    if (!atOnce) {
      after(order.length(), () -> endNow(fault.id()));
    }
    return fault;
  }

  private synchronized void note(Active begun, boolean over) {
    if (!over) {
      active.put(begun.fault().id(), begun);
    }
  }

  private Runnable act(Fault fault) {
    var order = fault.order();
    if (order.kind() == FaultKind.JVM_STOP) {
      var stillness = Stillness.prepared(order.length());
      after(BEFORE_PAUSE, () -> stillness.begin(kernel));
      return stillness::cancel;
    }
    var key = order.instance();
    if (key == null) {
      throw new IllegalStateException(order.kind() + " is of an instance");
    }
    var cgroup = cgroups.of(key);
    return switch (order.kind()) {
      case INSTANCE_KILL -> {
        cgroup.killAll();
        yield () -> {};
      }
      case INSTANCE_PAUSE -> {
        cgroup.freeze(true);
        yield () -> cgroup.freeze(false);
      }
      case INSTANCE_CPU -> Burners.cpu(cgroup, fault.id(), order.cores(), order.length());
      case INSTANCE_MEMORY -> {
        var target = target(key);
        long bytes = target == null ? 0 : FaultJudge.memoryBytes(order, target);
        yield Burners.memory(cgroup, fault.id(), bytes, order.length());
      }
      case INSTANCE_CUT, PARTITION, JVM_STOP ->
          throw new IllegalStateException(order.kind() + " is begun elsewhere");
    };
  }

  private void beginCut(Fault fault) {
    note(new Active(fault, addresses(fault.order()), () -> {}), false);
    try {
      cut();
    } catch (RuntimeFailure e) {
      forget(fault.id());
      throw e;
    }
  }

  /** What is to be cut off now is, and nothing else. */
  private void cut() {
    var now = Instant.now();
    var left = new HashMap<String, Duration>();
    for (var each : all()) {
      for (var address : each.addresses()) {
        left.merge(
            address,
            Duration.between(now, each.fault().until()),
            (one, other) -> one.compareTo(other) > 0 ? one : other);
      }
    }
    Cuts.of(nodeUid, state).are(left);
  }

  private List<String> addresses(FaultOrder order) {
    return switch (order.kind()) {
      case PARTITION -> order.peers().stream().map(FaultOrder.Peer::address).toList();
      case INSTANCE_CUT -> {
        var target = target(order.instance());
        yield target == null || target.address().isEmpty() ? List.of() : List.of(target.address());
      }
      default -> List.of();
    };
  }

  private synchronized void forget(String id) {
    active.remove(id);
  }

  private List<Fault> endNow(@Nullable String id) {
    var ended = new ArrayList<Fault>();
    boolean healed = false;
    for (var each : all()) {
      var fault = each.fault();
      if (id == null || fault.id().equals(id)) {
        forget(fault.id());
        each.undo().run();
        healed |= !each.addresses().isEmpty();
        ended.add(fault);
        LOG.warn("fault {} has ended", fault.id());
      }
    }
    if (healed) {
      cut();
    }
    return ended;
  }

  private void after(Duration wait, Runnable action) {
    var unused =
        thread.schedule(
            () -> {
              try {
                action.run();
              } catch (RuntimeException e) {
                LOG.error("a fault of this node did not end as it should: {}", e.getMessage(), e);
              }
            },
            wait.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private <T> CompletionStage<T> ask(Supplier<T> action) {
    try {
      return CompletableFuture.supplyAsync(action, thread).minimalCompletionStage();
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedStage(new RuntimeFailure("the node is stopping", true, e));
    }
  }

  /** Ends all that goes on. */
  @Override
  public void close() {
    if (!active().isEmpty()) {
      try {
        thread.submit(() -> endNow(null)).get(CLOSED_WITHIN.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
        LOG.error("a fault of this node is left to end by itself: {}", e.getMessage());
      }
    }
    thread.shutdown();
  }
}
