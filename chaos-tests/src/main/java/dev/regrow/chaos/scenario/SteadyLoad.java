package dev.regrow.chaos.scenario;

import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients as users have them, each knowing all nodes and preferring another one: they change and
 * read without a pause, and try what did not succeed once more. What fails then has failed.
 */
public final class SteadyLoad implements AutoCloseable {

  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final List<RegrowClient> clients = new ArrayList<>();
  private final List<Future<?>> running = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong repeated = new AtomicLong();
  private final AtomicLong slowestNanos = new AtomicLong();
  private final ExecutorService threads;
  private volatile boolean stopping;

  private SteadyLoad(int clients) {
    threads = Executors.newFixedThreadPool(clients);
  }

  /**
   * Starts a client for each machine.
   *
   * @param founder has the token
   */
  public static SteadyLoad start(Machine founder, List<Machine> machines) {
    var load = new SteadyLoad(machines.size());
    for (int i = 0; i < machines.size(); i++) {
      var own = new ArrayList<>(machines);
      Collections.rotate(own, -i);
      var api = LabClient.ofAny(founder, own, ANSWERED_WITHIN);
      load.clients.add(api);
      String workload = "load-" + i;
      load.running.add(load.threads.submit(() -> load.run(api, workload)));
    }
    return load;
  }

  private void run(RegrowClient api, String workload) {
    for (long i = 0; !stopping; i++) {
      String value = "v" + i;
      var complete = Programs.complete(Programs.sleeper(workload, 0).putLabels("v", value));
      request("PUT " + workload, () -> api.send(Calls.apply(complete)));
      request("GET " + workload, () -> read(api, workload, value));
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** At least as new as what this client has written: that is promised to every client. */
  private static void read(RegrowClient api, String workload, String written) {
    var seen = api.send(Calls.workload(Programs.NAMESPACE, workload)).getLabelsMap().get("v");
    if (!written.equals(seen)) {
      throw new IllegalStateException("wrote %s, and read %s".formatted(written, seen));
    }
  }

  private void request(String what, Runnable call) {
    long begun = System.nanoTime();
    try {
      call.run();
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut once) {
      repeated.incrementAndGet();
      again(what, call, once);
    } catch (RuntimeException wrong) {
      failures.add(what + ": " + wrong);
    }
    long nanos = System.nanoTime() - begun;
    slowestNanos.accumulateAndGet(nanos, Math::max);
    done.incrementAndGet();
  }

  private void again(String what, Runnable call, RuntimeException once) {
    try {
      call.run();
    } catch (RuntimeException twice) {
      failures.add("%s: %s, and again: %s".formatted(what, once, twice));
    }
  }

  /** Requests that were answered, or have failed. */
  public long done() {
    return done.get();
  }

  /** Those that failed, each as a sentence. */
  public List<String> failures() {
    return List.copyOf(failures);
  }

  /**
   * Stops all clients.
   *
   * @return what they did, as a sentence
   */
  public String stop() {
    stopping = true;
    try {
      for (Future<?> each : running) {
        each.get(STOPPED_WITHIN.toSeconds(), TimeUnit.SECONDS);
      }
    } catch (ExecutionException e) {
      throw new AssertionError("a client met what it does not know", e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("a client does not stop", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while stopping", e);
    }
    return "%d requests, %d of them sent twice, %d failed, the slowest %d ms"
        .formatted(
            done.get(),
            repeated.get(),
            failures.size(),
            TimeUnit.NANOSECONDS.toMillis(slowestNanos.get()));
  }

  @Override
  public void close() {
    stopping = true;
    threads.shutdownNow();
    clients.forEach(RegrowClient::close);
  }
}
