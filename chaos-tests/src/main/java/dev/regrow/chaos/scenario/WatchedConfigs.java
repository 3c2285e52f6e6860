package dev.regrow.chaos.scenario;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.history.WatchStream;
import dev.regrow.chaos.history.WatchStream.Change;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.EventStream;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.Scope;
import dev.regrow.v1.Config;
import dev.regrow.v1.ConfigKind;
import dev.regrow.v1.WatchEvent;
import dev.regrow.v1.WatchType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Configs that are changed through every machine, and watches that must tell each change once, in
 * order, whichever nodes they move between. Configs have no status, so every event is a change.
 */
public final class WatchedConfigs implements AutoCloseable {

  private static final int WATCHES = 2;
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(3);
  private static final Duration CAUGHT_UP_WITHIN = Duration.ofSeconds(30);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final String NAME = "watched-";

  private final List<RegrowClient> clients = new ArrayList<>();
  private final List<Thread> writers = new ArrayList<>();
  private final List<Watch> watches = new ArrayList<>();
  private final ConcurrentLinkedQueue<Change> acknowledged = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> surprises = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  private WatchedConfigs() {}

  /** One client's watch over all its resumptions. */
  private static final class Watch {
    final RegrowClient client;
    final long since;
    final ConcurrentLinkedQueue<Change> told = new ConcurrentLinkedQueue<>();
    final Map<String, Integer> broken = new TreeMap<>();
    volatile long last;
    volatile boolean closed;
    private volatile @Nullable EventStream stream;

    Watch(RegrowClient client, long since) {
      this.client = client;
      this.since = since;
      this.last = since;
    }

    void run() {
      while (!closed) {
        try (var open = client.watch("configs", Scope.of(Programs.NAMESPACE), last)) {
          stream = open;
          for (var event = open.next(); event != null && !closed; event = open.next()) {
            saw(event);
          }
        } catch (ApiException away) {
          broken.merge(away.getClass().getSimpleName(), 1, Integer::sum);
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
    }

    private void saw(WatchEvent event) {
      if (event.getType() == WatchType.PUT || event.getType() == WatchType.DELETE) {
        told.add(new Change(event.getIndex(), event.getConfig().getName()));
      }
      last = Math.max(last, event.getIndex());
    }

    void close() {
      closed = true;
      var open = stream;
      if (open != null) {
        open.close();
      }
    }
  }

  /**
   * Starts a writer for each machine, and watches of all configs.
   *
   * @param founder has the token
   */
  public static WatchedConfigs start(Machine founder, List<Machine> machines) {
    var configs = new WatchedConfigs();
    long since;
    try (var client = LabClient.of(founder)) {
      since = client.send(Calls.putConfig(config("first", 0))).getIndex();
    }
    for (int i = 0; i < WATCHES; i++) {
      var watch = new Watch(LabClient.ofAny(founder, machines, ANSWERED_WITHIN), since);
      configs.clients.add(watch.client);
      configs.watches.add(watch);
      daemon("watch " + i, watch::run).start();
    }
    for (int i = 0; i < machines.size(); i++) {
      var api = LabClient.of(founder, machines.get(i), ANSWERED_WITHIN);
      var key = Integer.toString(i);
      configs.clients.add(api);
      var writer = daemon("configs of client " + i, () -> configs.write(key, api));
      configs.writers.add(writer);
      writer.start();
    }
    return configs;
  }

  private static Thread daemon(String name, Runnable work) {
    var thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  private static Config config(String key, long number) {
    return Config.newBuilder()
        .setKind(ConfigKind.CONFIG)
        .setNamespace(Programs.NAMESPACE)
        .setName(NAME + key)
        .putData("number", Long.toString(number))
        .build();
  }

  private void write(String key, RegrowClient api) {
    for (long number = 1; !stopping; number++) {
      try {
        long index = api.send(Calls.putConfig(config(key, number))).getIndex();
        acknowledged.add(new Change(index, NAME + key));
      } catch (ApiException.Unavailable
          | ApiException.Unreachable
          | ApiException.TimedOut
          | ApiException.TooMany
          | ApiException.DiskFull away) {
        // It may have happened, or not: then a watch may tell of it, or not.
      } catch (ApiException surprise) {
        surprises.add("a writer met what it does not know: " + surprise);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /**
   * What was found.
   *
   * @param broken how often a watch had to be resumed, by the reason
   */
  public record Story(
      int acknowledged, int told, Map<String, Integer> broken, List<String> faults) {}

  /** Stops the writers, lets the watches come to the last change, and judges them. */
  public Story stop() {
    stopping = true;
    writers.forEach(WatchedConfigs::join);
    long until = acknowledged.stream().mapToLong(Change::index).max().orElse(0);
    var faults = new ArrayList<>(surprises);
    var broken = new TreeMap<String, Integer>();
    int told = 0;
    for (Watch watch : watches) {
      try {
        Await.until(
            "a watch to come to index " + until,
            CAUGHT_UP_WITHIN,
            () -> watch.last,
            last -> last >= until);
      } catch (AssertionError late) {
        faults.add(late.getMessage() + "; broken by " + watch.broken);
      }
      watch.close();
      told += watch.told.size();
      watch.broken.forEach((why, times) -> broken.merge(why, times, Integer::sum));
      faults.addAll(
          WatchStream.faults(watch.since, List.copyOf(watch.told), acknowledged, watch.last));
    }
    return new Story(acknowledged.size(), told, broken, faults);
  }

  private static void join(Thread thread) {
    try {
      thread.join(CAUGHT_UP_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while stopping", e);
    }
  }

  @Override
  public void close() {
    stopping = true;
    watches.forEach(Watch::close);
    clients.forEach(RegrowClient::close);
  }
}
