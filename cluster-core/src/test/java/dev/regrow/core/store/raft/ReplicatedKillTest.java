package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.Entry;
import dev.regrow.core.store.RangeQuery;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Three servers in processes of their own; any of them dies by kill -9, at last all at once. */
class ReplicatedKillTest {

  private static final Logger LOG = LoggerFactory.getLogger(ReplicatedKillTest.class);
  private static final int ROUNDS = Integer.getInteger("regrow.test.rounds", 3);

  private final Path data;
  private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
  private final Queue<String> twice = new ConcurrentLinkedQueue<>();
  private final List<Process> processes = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  ReplicatedKillTest(@TempDir Path data) {
    this.data = data;
  }

  @Test
  void what_a_majority_acknowledged_survives_every_kill_9_and_is_done_once() throws Exception {
    long seed = Long.getLong("regrow.test.seed", System.nanoTime());
    LOG.info("seed {} (repeat it with -Dregrow.test.seed)", seed);
    var random = new Random(seed);
    var servers = Servers.voting(data, 3);
    servers.stopAll();
    try {
      for (int i = 1; i <= 3; i++) {
        processes.add(start(servers, i, i + "-0"));
      }
      for (int round = 1; round <= ROUNDS; round++) {
        awaitMore(50);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(500)));
        int victim = 1 + random.nextInt(3);
        kill(processes.get(victim - 1));
        awaitMore(50); // The others go on.
        processes.set(victim - 1, start(servers, victim, victim + "-" + round));
      }
      awaitMore(50);
    } finally {
      processes.forEach(process -> process.toHandle().destroyForcibly());
      for (Thread reader : readers) {
        reader.join(10_000);
      }
    }

    for (int i = 1; i <= 3; i++) {
      servers.start(i);
    }
    try (servers) {
      var found = new TreeMap<String, Entry>();
      var all = new RangeQuery("r", "s", Integer.MAX_VALUE, true, 0);
      RaftStores.read(servers.get(1), all)
          .entries()
          .forEach(entry -> found.put(entry.key(), entry));
      assertThat(twice).as("done twice, seed %d", seed).isEmpty();
      acknowledged.forEach(
          (key, index) -> {
            for (String half : List.of("/left", "/right")) {
              Entry entry = found.get(key + half);
              assertThat(entry).as("%s acknowledged at %d, seed %d", key, index, seed).isNotNull();
              assertThat(entry.modIndex()).isEqualTo(index);
            }
          });
      LOG.info("{} acknowledged, {} keys found", acknowledged.size(), found.size());
    }
  }

  private void awaitMore(int count) {
    int before = acknowledged.size();
    Servers.await(
        () -> acknowledged.size() >= before + count,
        () -> "%d more were acknowledged, not %d".formatted(acknowledged.size() - before, count));
  }

  private static void kill(Process victim) throws InterruptedException {
    // Through its handle: Process.destroyForcibly would close the pipe with what is still in it.
    victim.toHandle().destroyForcibly();
    assertThat(victim.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  private Process start(Servers servers, int number, String name) throws IOException {
    RaftStoreConfig config = servers.config(number);
    var command =
        new ArrayList<String>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ServerVictim.class.getName(),
                data.resolve("n" + number).toString(),
                config.host(),
                String.valueOf(config.port()),
                name));
    for (int i = 1; i <= 3; i++) {
      command.add(servers.config(i).address());
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var reader = new Thread(() -> read(process), "acknowledged by " + name);
    reader.start();
    readers.add(reader);
    return process;
  }

  private void read(Process process) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        String[] words = line.split(" ", -1);
        if (words[0].equals("TWICE")) {
          twice.add(line);
        } else if (words.length == 2
            && words[0].startsWith("r")
            && !words[0].equals("ready")
            && words[1].matches("[1-9]\\d*")) {
          acknowledged.put(words[0], Long.parseLong(words[1]));
        }
      }
    } catch (IOException ended) {
      LOG.info("the pipe of {} ended: {}", process.pid(), ended.getMessage());
    }
  }
}
