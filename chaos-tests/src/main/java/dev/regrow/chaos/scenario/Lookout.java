package dev.regrow.chaos.scenario;

import dev.regrow.chaos.history.Convergence.Look;
import dev.regrow.chaos.history.RunLog.Event;
import dev.regrow.chaos.history.RunLog.Lane;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.LabInjector;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.Scope;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstancePhase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at the whole several times a second: which instances are where, and whether all is as
 * declared. It starts agents that ended by themselves again, as a service manager would, and
 * remembers that they did.
 */
final class Lookout implements AutoCloseable {

  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(2);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(20);

  private record Place(String slot, String node, String id, int attempt) {}

  private record Seen(long since, long until) {}

  private final Lab lab;
  private final LabInjector injector;
  private final RegrowClient client;
  private final Map<String, Integer> declared;
  private final long beganNanos;
  private final Thread thread;
  private final List<Look> looks = new ArrayList<>();
  private final Map<Place, Seen> places = new HashMap<>();
  private final List<String> ended = new ArrayList<>();
  private volatile boolean stopping;

  /**
   * @param declared how many ready instances each workload has when all is well
   */
  Lookout(
      Lab lab,
      LabInjector injector,
      Machine founder,
      Map<String, Integer> declared,
      long beganNanos) {
    this.lab = lab;
    this.injector = injector;
    this.declared = Map.copyOf(declared);
    this.beganNanos = beganNanos;
    this.client = LabClient.ofAny(founder, lab.machines(), ANSWERED_WITHIN);
    this.thread = new Thread(this::run, "lookout");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    while (!stopping) {
      lab.machines().forEach(this::startAgain);
      look();
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void startAgain(Machine machine) {
    if (!injector.isAway(machine) && !machine.jvm().isRunning() && !injector.isAway(machine)) {
      synchronized (this) {
        ended.add(
            "%s ended by itself; it said:%n%s".formatted(machine, machine.jvm().outputTail()));
      }
      machine.jvm().launch();
    }
  }

  private void look() {
    long now = System.nanoTime() - beganNanos;
    try {
      var all = client.send(Calls.instances(Scope.of(Programs.NAMESPACE))).getItemsList();
      var running =
          all.stream().filter(each -> each.getPhase() == InstancePhase.INSTANCE_RUNNING).toList();
      note(now, running, isAsDeclared(all));
    } catch (ApiException away) {
      note(now, List.of(), false);
    }
  }

  private boolean isAsDeclared(List<Instance> all) {
    var ready = new HashMap<String, Integer>();
    for (Instance each : all) {
      if (declared.containsKey(each.getWorkload())
          && each.getPhase() != InstancePhase.INSTANCE_LOST) {
        ready.merge(each.getWorkload(), each.getReady() ? 1 : Integer.MAX_VALUE / 2, Integer::sum);
      }
    }
    return ready.equals(declared);
  }

  private synchronized void note(long now, List<Instance> running, boolean asDeclared) {
    looks.add(new Look(now, asDeclared));
    for (Instance each : running) {
      var place = new Place(each.getSlot(), each.getNode(), each.getId(), each.getAttempt());
      places.merge(place, new Seen(now, now), (old, fresh) -> new Seen(old.since(), now));
    }
  }

  synchronized List<Look> looks() {
    return List.copyOf(looks);
  }

  /** Agents that ended though nobody told them to. */
  synchronized List<String> ended() {
    return List.copyOf(ended);
  }

  /** Where each process was seen, of the workloads that stay. */
  synchronized List<Event> events() {
    var events = new ArrayList<Event>();
    new TreeMap<>(declared)
        .keySet()
        .forEach(
            workload ->
                places.forEach(
                    (place, seen) -> {
                      if (place.slot().startsWith(workload + "-")) {
                        events.add(event(place, seen));
                      }
                    }));
    return events;
  }

  private static Event event(Place place, Seen seen) {
    return new Event(
        Lane.INSTANCE,
        place.slot(),
        place.node(),
        Duration.ofNanos(seen.since()),
        Duration.ofNanos(seen.until()),
        "%s, attempt %d".formatted(place.id(), place.attempt()));
  }

  /** Looks no more. */
  void stop() {
    stopping = true;
    try {
      thread.join(STOPPED_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while stopping", e);
    }
  }

  @Override
  public void close() {
    stop();
    client.close();
  }
}
