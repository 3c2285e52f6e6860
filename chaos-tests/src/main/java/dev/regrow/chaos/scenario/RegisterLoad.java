package dev.regrow.chaos.scenario;

import dev.regrow.chaos.history.Operation;
import dev.regrow.chaos.history.Recorder;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.client.RegrowClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Clients that read and write registers all the time, each through one machine, whatever happens.
 */
public final class RegisterLoad implements AutoCloseable {

  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(3);
  private static final Duration STOPPED_WITHIN = Duration.ofSeconds(30);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Recorder recorder = new Recorder(System::nanoTime);
  private final List<RegrowClient> clients = new ArrayList<>();
  private final List<Future<?>> running = new ArrayList<>();
  private final List<String> machines;
  private final List<List<String>> turns;
  private final Duration turn;
  private final long beganNanos = System.nanoTime();
  private final ExecutorService threads;
  private volatile boolean stopping;

  private RegisterLoad(List<String> machines, List<List<String>> turns, Duration turn) {
    this.machines = machines;
    this.turns = turns;
    this.turn = turn;
    this.threads = Executors.newFixedThreadPool(machines.size());
  }

  /**
   * Starts a client for each machine. Client i uses machine i.
   *
   * @param founder has the token
   */
  public static RegisterLoad start(
      Machine founder, List<Machine> machines, List<String> keys, Random random) {
    return start(founder, machines, List.of(keys), Duration.ofDays(1), random);
  }

  /**
   * The same, with other keys in turn: what is judged of a key grows with its history more than in
   * proportion.
   *
   * @param turn how long each is used, the last to the end
   */
  public static RegisterLoad start(
      Machine founder,
      List<Machine> machines,
      List<List<String>> turns,
      Duration turn,
      Random random) {
    var load = new RegisterLoad(machines.stream().map(Machine::name).toList(), turns, turn);
    for (int i = 0; i < machines.size(); i++) {
      int number = i;
      var api = LabClient.of(founder, machines.get(i), ANSWERED_WITHIN);
      load.clients.add(api);
      var register = new LabelRegister(i, api, load.recorder);
      var choices = new Random(random.nextLong());
      load.running.add(load.threads.submit(() -> load.run(number, register, choices)));
    }
    return load;
  }

  private void run(int client, LabelRegister register, Random choices) {
    for (int i = 0; !stopping; i++) {
      var keys = keysNow();
      String key = keys.get(choices.nextInt(keys.size()));
      String fresh = "c%d-%d".formatted(client, i);
      switch (choices.nextInt(5)) {
        case 0, 1 -> register.write(key, fresh);
        case 2 -> register.swap(key, fresh);
        default -> register.read(key);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private List<String> keysNow() {
    long past = (System.nanoTime() - beganNanos) / turn.toNanos();
    return turns.get((int) Math.min(turns.size() - 1, past));
  }

  /**
   * Stops all clients.
   *
   * @throws AssertionError with what ended one of them before
   */
  public List<Operation> stop() {
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
    return recorder.history();
  }

  /** What is so far; clients go on. */
  public List<Operation> history() {
    return recorder.history();
  }

  /** Reads each register once more, through a machine that answers; to be called after stop. */
  public Map<String, @Nullable String> last(RegrowClient healthy) {
    var last = new LinkedHashMap<String, @Nullable String>();
    var register = new LabelRegister(machines.size(), healthy, recorder);
    for (String key : turns.stream().flatMap(List::stream).toList()) {
      var reply = register.read(key);
      last.put(key, reply == null ? null : reply.value().getLabelsMap().get(LabelRegister.LABEL));
    }
    return last;
  }

  /** Changes through a machine that were sent and acknowledged within a time. */
  public long acknowledged(String machine, long fromNanos, long untilNanos) {
    int client = machines.indexOf(machine);
    return recorder.history().stream()
        .filter(each -> each.client() == client && each.outcome() == Operation.Outcome.OK)
        .filter(each -> !(each.action() instanceof Operation.Read))
        .filter(each -> each.invokedNanos() >= fromNanos && each.completedNanos() <= untilNanos)
        .count();
  }

  @Override
  public void close() {
    stopping = true;
    threads.shutdownNow();
    clients.forEach(RegrowClient::close);
  }
}
