package dev.regrow.chaos.scenario;

import dev.regrow.chaos.history.Operation;
import dev.regrow.chaos.history.Recorder;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.ApiException;
import dev.regrow.client.Call;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadPhase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Clients that apply, scale and delete workloads that run, each its own, each through one machine.
 * What is recorded of one is how many replicas were asked for; nothing once it was deleted.
 */
public final class ChurnLoad implements AutoCloseable {

  private static final int REPLICAS_MAX = 3;
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(5);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  private final Recorder recorder = new Recorder(System::nanoTime);
  private final List<RegrowClient> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<RuntimeException> surprises = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  private ChurnLoad() {}

  /**
   * Starts a client for each machine.
   *
   * @param founder has the token
   */
  public static ChurnLoad start(Machine founder, List<Machine> machines, Random random) {
    var load = new ChurnLoad();
    for (int i = 0; i < machines.size(); i++) {
      int number = i;
      var api = LabClient.of(founder, machines.get(i), ANSWERED_WITHIN);
      var choices = new Random(random.nextLong());
      load.clients.add(api);
      var thread = new Thread(() -> load.keepOn(number, api, choices), "churn " + key(i));
      thread.setDaemon(true);
      load.threads.add(thread);
      thread.start();
    }
    return load;
  }

  /** Of the workload of a client. */
  static String key(int client) {
    return "churn-" + client;
  }

  private void keepOn(int client, RegrowClient api, Random choices) {
    try {
      run(client, api, choices);
    } catch (RuntimeException surprise) {
      surprises.add(surprise);
    }
  }

  private void run(int client, RegrowClient api, Random choices) {
    var name = key(client);
    while (!stopping) {
      int replicas = choices.nextInt(REPLICAS_MAX + 1);
      switch (choices.nextInt(5)) {
        case 0 -> change(client, null, Calls.delete(Programs.NAMESPACE, name), api);
        case 1, 2 -> change(client, replicas, Calls.scale(Programs.NAMESPACE, name, replicas), api);
        default ->
            change(
                client,
                replicas,
                Calls.apply(Programs.complete(Programs.sleeper(name, replicas))),
                api);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void change(
      int client, @Nullable Integer replicas, Call<Workload> call, RegrowClient api) {
    var begun = recorder.write(client, key(client), replicas == null ? null : replicas.toString());
    try {
      RecordedChange.send(api, call, begun);
    } catch (ApiException.NotFound absent) {
      if (replicas == null) {
        begun.ok();
      } else {
        begun.notApplied();
      }
    }
  }

  /**
   * Stops all clients; what was done.
   *
   * @throws AssertionError with what ended one of them before
   */
  public List<Operation> stop() {
    stopping = true;
    for (var thread : threads) {
      try {
        thread.join(STOPPED_WITHIN.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while stopping", e);
      }
      if (thread.isAlive()) {
        throw new AssertionError(thread.getName() + " does not stop");
      }
    }
    surprises.forEach(
        surprise -> {
          throw new AssertionError("a client met what it does not know", surprise);
        });
    return recorder.history();
  }

  /** What is declared of each in the end; null: it is deleted. */
  public Map<String, @Nullable String> last(RegrowClient healthy) {
    var last = new LinkedHashMap<String, @Nullable String>();
    for (int i = 0; i < threads.size(); i++) {
      last.put(key(i), replicas(healthy, key(i)));
    }
    return last;
  }

  private static @Nullable String replicas(RegrowClient healthy, String name) {
    try {
      var there = healthy.send(Calls.workload(Programs.NAMESPACE, name));
      return there.getStatus().getPhase() == WorkloadPhase.WORKLOAD_STOPPING
          ? null
          : Integer.toString(there.getReplicas());
    } catch (ApiException.NotFound absent) {
      return null;
    }
  }

  @Override
  public void close() {
    stopping = true;
    clients.forEach(RegrowClient::close);
  }
}
