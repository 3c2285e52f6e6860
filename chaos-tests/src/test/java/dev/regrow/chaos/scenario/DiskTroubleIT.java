package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.chaos.history.Durability;
import dev.regrow.chaos.history.Operation;
import dev.regrow.chaos.lab.Formation;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.chaos.lab.SlowDisk;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.StoreServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The disk of one of three servers is lost, damaged, full or slow under load: the others go on, it
 * says what is wrong, comes back by itself or with room, and nothing that was acknowledged is lost.
 */
@RealNodes
class DiskTroubleIT {

  private static final int SIZE = 3;
  private static final int KEYS = 4;
  private static final Duration SHORT = Duration.ofSeconds(3);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);
  private static final Duration NOTICED_WITHIN = Duration.ofSeconds(40);

  private final Random random = new Random(Effort.seed("disk trouble"));

  /** What happens to the log of a server that does not run. */
  private enum Damage {
    WIPED {
      @Override
      void to(Path store) throws IOException {
        deleteTree(store);
      }
    },
    TRUNCATED {
      @Override
      void to(Path store) throws IOException {
        var log = log(store);
        byte[] content = Files.readAllBytes(log);
        Files.write(log, java.util.Arrays.copyOf(content, content.length / 3));
      }
    },
    FLIPPED {
      @Override
      void to(Path store) throws IOException {
        var log = log(store);
        byte[] content = Files.readAllBytes(log);
        content[200] ^= 4;
        Files.write(log, content);
      }
    };

    abstract void to(Path store) throws IOException;
  }

  @Test
  void a_server_whose_disk_fails_degrades_with_a_clear_word_and_nothing_is_lost() {
    try (Lab lab = Lab.open(RealNodes.Here.home())) {
      var slow = SlowDisk.make(lab.folder());
      Machine founder = Formation.form(lab, SIZE).get(0);
      try (var client = LabClient.ofAny(founder, lab.machines(), SHORT)) {
        awaitVoters(client);
        var damages = new ArrayList<>(List.of(Damage.values()));
        Collections.shuffle(damages, random);
        // The reduced form has one trouble of both kinds.
        int many = Effort.of("damages", random.nextInt(2), damages.size());
        for (var damage : damages.subList(0, many)) {
          var name = damage.name().toLowerCase(Locale.ROOT);
          underLoad(lab, founder, client, name, () -> damage(lab.machines().get(2), damage));
          awaitVoters(client);
        }
        if (many != 1) {
          var victim = lab.machines().get(1 + random.nextInt(2));
          slow.under(victim.jvm());
          victim.jvm().kill9();
          victim.jvm().start();
          awaitVoters(client);
          underLoad(lab, founder, client, "slow", () -> slowDown(founder, victim, slow));
          awaitVoters(client);
        }
      }
    }
  }

  private void damage(Machine victim, Damage damage) {
    victim.jvm().kill9();
    try {
      damage.to(victim.jvm().data().resolve("store"));
    } catch (IOException e) {
      throw new UncheckedIOException("damage the disk of " + victim, e);
    }
    victim.jvm().start();
  }

  private static void slowDown(Machine founder, Machine victim, SlowDisk slow) {
    Proc.Identity jvm = Proc.identity(victim.jvm().pid()).orElseThrow();
    slow.slow();
    try (var there = LabClient.of(founder, victim, SHORT)) {
      Await.until(
          "a word about the slow disk",
          NOTICED_WITHIN,
          () -> message(there),
          said -> said.contains("is slow"));
    } finally {
      slow.fast();
    }
    assertThat(Proc.alive(jvm)).as("a slow disk ends no process").isTrue();
  }

  private static String message(RegrowClient client) {
    try {
      return client.send(Calls.cluster()).getStore().getMessage();
    } catch (ApiException notNow) {
      return "no answer: " + notNow.getMessage();
    }
  }

  private void underLoad(
      Lab lab, Machine founder, RegrowClient client, String name, Runnable trouble) {
    var keys = IntStream.range(0, KEYS).mapToObj(i -> name + "-" + i).toList();
    try (var load = RegisterLoad.start(founder, lab.machines(), keys, random)) {
      trouble.run();
      List<Operation> history = load.stop();
      System.out.printf("%s: %d operations%n", name, history.size());
      assertThat(history).anyMatch(each -> each.outcome() == Operation.Outcome.OK);
      assertThat(Durability.faults(history, load.last(client))).isEmpty();
    }
  }

  private static void awaitVoters(RegrowClient client) {
    Await.until(
        "three servers that vote and are there",
        SETTLED_WITHIN,
        () -> cluster(client),
        seen ->
            seen.getStore().getServersCount() == SIZE
                && seen.getStore().getServersList().stream()
                    .allMatch(server -> server.getVoter() && server.getReachable()));
  }

  private static Cluster cluster(RegrowClient client) {
    try {
      return client.send(Calls.cluster());
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut notNow) {
      return Cluster.newBuilder()
          .setStore(
              dev.regrow.v1.StoreHealth.newBuilder()
                  .addServers(StoreServer.getDefaultInstance())
                  .setMessage(String.valueOf(notNow.getMessage())))
          .build();
    }
  }

  private static Path log(Path store) throws IOException {
    try (var files = Files.walk(store)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("log_"))
          .max(Comparator.comparing(Path::toString))
          .orElseThrow(() -> new IOException("no log below " + store));
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    try (var files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
