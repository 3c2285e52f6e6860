package dev.regrow.core.store.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.core.store.Entry;
import dev.regrow.core.store.RangeQuery;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class KillTest {

  private static final Logger LOG = LoggerFactory.getLogger(KillTest.class);
  private static final int ROUNDS = Integer.getInteger("regrow.test.rounds", 7);

  @Test
  void every_acknowledged_transaction_survives_kill_9_and_none_is_half_there(@TempDir Path data)
      throws Exception {
    long seed = Long.getLong("regrow.test.seed", System.nanoTime());
    LOG.info("seed {} (repeat it with -Dregrow.test.seed)", seed);
    var random = new Random(seed);
    var acknowledged = new HashMap<String, Long>();

    for (int round = 0; round < ROUNDS; round++) {
      acknowledged.putAll(writeUntilKilled(data, round, random.nextInt(1500)));
    }

    assertThat(acknowledged).as("acknowledged, seed %d", seed).hasSizeGreaterThan(ROUNDS);
    try (var store = RaftStores.open(data)) {
      var found = new TreeMap<String, Entry>();
      var all = new RangeQuery("r", "s", Integer.MAX_VALUE, true, 0);
      RaftStores.read(store, all).entries().forEach(entry -> found.put(entry.key(), entry));
      acknowledged.forEach(
          (key, index) -> {
            Entry left = found.get(key + "/left");
            assertThat(left).as("%s acknowledged at %d, seed %d", key, index, seed).isNotNull();
            assertThat(left.modIndex()).isEqualTo(index);
          });
      found.forEach((key, entry) -> assertWhole(found, key, entry, seed));
      LOG.info("{} acknowledged, {} keys found", acknowledged.size(), found.size());
    }
  }

  private static void assertWhole(Map<String, Entry> found, String key, Entry entry, long seed) {
    String other =
        key.endsWith("/left") ? key.replace("/left", "/right") : key.replace("/right", "/left");
    Entry twin = found.get(other);
    assertThat(twin).as("the other half of %s, seed %d", key, seed).isNotNull();
    assertThat(twin.modIndex()).isEqualTo(entry.modIndex());
    assertThat(twin.value()).isEqualTo(entry.value());
  }

  private static Map<String, Long> writeUntilKilled(Path data, int round, int millis)
      throws IOException, InterruptedException {
    Process victim =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                StoreVictim.class.getName(),
                data.toString(),
                String.valueOf(round))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(victim.getInputStream(), StandardCharsets.UTF_8))) {
      String first = lines.readLine();
      assertThat(first)
          .as("what the store's process said first in round %d", round)
          .isEqualTo("ready 0");
      var killer =
          java.util.concurrent.CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
      // Through its handle: Process.destroyForcibly would close the pipe with what is still in it.
      killer.execute(victim.toHandle()::destroyForcibly);
      var acknowledged = new HashMap<String, Long>();
      lines
          .lines()
          .map(line -> line.split(" ", -1))
          .filter(KillTest::complete)
          .forEach(words -> acknowledged.put(words[0], Long.parseLong(words[1])));
      assertThat(victim.waitFor(10, TimeUnit.SECONDS)).isTrue();
      return acknowledged;
    } catch (UncheckedIOException brokenPipe) {
      throw new IOException("round " + round, brokenPipe);
    } finally {
      victim.destroyForcibly();
    }
  }

  /** The last line may have been cut by the kill. */
  private static boolean complete(String[] words) {
    return words.length == 2 && words[1].matches("\\d+");
  }
}
