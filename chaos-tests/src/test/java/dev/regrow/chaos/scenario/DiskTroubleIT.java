package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.chaos.history.Durability;
import dev.regrow.chaos.history.Operation;
import dev.regrow.chaos.lab.Formation;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.LogDamage;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.chaos.lab.SmallDisk;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Cluster;
import dev.regrow.v1.Config;
import dev.regrow.v1.ConfigKind;
import dev.regrow.v1.StoreServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The disk of one of three servers is lost, damaged, full or slow under load: the others go on, it
 * says what is wrong, comes back by itself or with room, and nothing that was acknowledged is lost.
 */
@RealNodes
class DiskTroubleIT {

  private static final int SIZE = 3;
  private static final int KEYS = 4;
  private static final int DISK_MEBIBYTES = 192;
  private static final Duration SLOW_BY = Duration.ofMillis(500);
  private static final String KEY = "text";
  private static final int LARGE_BYTES = 200_000;
  private static final int LARGE_AT_ONCE = 10;
  private static final int LARGE_KEYS = 5;
  private static final Duration SHORT = Duration.ofSeconds(3);
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);
  private static final Duration NOTICED_WITHIN = Duration.ofSeconds(40);

  private final Random random = new Random(Effort.seed("disk trouble"));

  /** One of each kind in full; of the reduced form, any one of them. */
  private enum Trouble {
    DAMAGE,
    SLOW,
    FULL,
    AWAY
  }

  @Test
  void a_server_whose_disk_fails_degrades_with_a_clear_word_and_nothing_is_lost() {
    var all = new ArrayList<>(List.of(Trouble.values()));
    Collections.shuffle(all, random);
    var troubles = all.subList(0, Effort.of("troubles", 1, all.size()));
    System.out.println("troubles: " + troubles);
    try (Lab lab = Lab.open(RealNodes.Here.home())) {
      var disks = new HashMap<String, SmallDisk>();
      Machine founder =
          Formation.form(
                  lab,
                  SIZE,
                  machine -> {
                    if (troubles.contains(Trouble.FULL)) {
                      disks.put(machine.name(), SmallDisk.under(machine, DISK_MEBIBYTES));
                    }
                    if (troubles.contains(Trouble.SLOW)) {
                      machine.deceivable();
                    }
                  })
              .get(0);
      try (var client = LabClient.ofAny(founder, lab.machines(), SHORT)) {
        awaitVoters(client);
        for (var trouble : troubles) {
          switch (trouble) {
            case DAMAGE -> damages(lab, founder, client);
            case SLOW -> slowDisks(lab, founder, client);
            case FULL -> fullDisks(lab, founder, client, disks);
            case AWAY -> awayForLong(lab, founder, client);
          }
        }
      }
    }
  }

  private void damages(Lab lab, Machine founder, RegrowClient client) {
    var damages = new ArrayList<>(List.of(LogDamage.values()));
    Collections.shuffle(damages, random);
    for (var damage : damages.subList(0, Effort.of("damages", 1, damages.size()))) {
      var name = damage.name().toLowerCase(Locale.ROOT);
      var victim = lab.machines().get(1 + random.nextInt(SIZE - 1));
      var before = peer(victim);
      underLoad(lab, founder, client, name, () -> damage(victim, damage));
      awaitVoters(client);
      assertThat(peer(victim)).as("a new member, by its name").isNotEqualTo(before);
    }
  }

  private void slowDisks(Lab lab, Machine founder, RegrowClient client) {
    var victim = lab.machines().get(random.nextInt(SIZE));
    underLoad(lab, founder, client, "slow", () -> slowDown(founder, victim));
    awaitVoters(client);
  }

  /** A follower's, then the leader's: another leads then, and the cluster goes on. */
  private void fullDisks(
      Lab lab, Machine founder, RegrowClient client, Map<String, SmallDisk> disks) {
    for (boolean leads :
        Effort.of("full-disks", 1, 2) == 1 ? List.of(true) : List.of(false, true)) {
      var leader = cluster(client).getLeader();
      var victim =
          lab.machines().stream()
              .filter(machine -> machine.name().equals(leader) == leads)
              .findFirst()
              .orElseThrow();
      var jvm = Proc.identity(victim.jvm().pid()).orElseThrow();
      var disk = Objects.requireNonNull(disks.get(victim.name()));
      underLoad(
          lab,
          founder,
          client,
          leads ? "full-leader" : "full-follower",
          () -> {
            disk.fill();
            awaitWord(client, victim, "is full");
            if (leads) {
              Await.until(
                  "another to lead",
                  SETTLED_WITHIN,
                  () -> cluster(client).getLeader(),
                  now -> !now.isEmpty() && !now.equals(victim.name()));
            }
            takesChanges(client, "while-full-" + leads);
            disk.empty();
            Await.until(
                "no word about a full disk",
                SETTLED_WITHIN,
                () -> troubles(client, victim),
                List::isEmpty);
          });
      awaitVoters(client);
      assertThat(Proc.alive(jvm)).as("a full disk ends no process").isTrue();
    }
  }

  /** Longer than the others keep their logs: it is given a snapshot. */
  private void awayForLong(Lab lab, Machine founder, RegrowClient client) {
    var victim = lab.machines().get(SIZE - 1);
    victim.jvm().kill9();
    var others = lab.machines().subList(0, SIZE - 1);
    Await.until(
        "the others' logs to begin later",
        SETTLED_WITHIN,
        () -> {
          for (int i = 0; i < LARGE_AT_ONCE; i++) {
            takesChanges(client, "large-" + i % LARGE_KEYS, "x".repeat(LARGE_BYTES));
          }
          return others.stream().mapToLong(DiskTroubleIT::logBegins).min().orElse(0);
        },
        begins -> begins > logEnds(victim));
    victim.jvm().start();
    awaitVoters(client);
    try (var there = LabClient.of(founder, victim, SHORT)) {
      Await.until(
          "all to be there",
          SETTLED_WITHIN,
          () -> there.send(Calls.config("default", "large-0")).getDataMap().get(KEY),
          value -> value != null && value.length() == LARGE_BYTES);
    }
    assertThat(logBegins(victim)).as("it was not filled from the beginning").isGreaterThan(1);
  }

  private void damage(Machine victim, LogDamage damage) {
    if (damage == LogDamage.TRUNCATED) {
      Await.until(
          "a note beside the log on how far it goes",
          NOTICED_WITHIN,
          () -> LogDamage.noted(victim),
          index -> index > 3);
    }
    victim.jvm().kill9();
    damage.to(victim);
    victim.jvm().start();
  }

  private static void slowDown(Machine founder, Machine victim) {
    Proc.Identity jvm = Proc.identity(victim.jvm().pid()).orElseThrow();
    victim.preload().slow(SLOW_BY);
    try (var there = LabClient.of(founder, victim, SHORT)) {
      awaitWord(there, victim, "is slow");
    } finally {
      victim.preload().slow(Duration.ZERO);
    }
    assertThat(Proc.alive(jvm)).as("a slow disk ends no process").isTrue();
  }

  /** What anybody is told who asks any node how the cluster is. */
  private static void awaitWord(RegrowClient client, Machine of, String word) {
    Await.until(
        "a word on " + of.name() + " in the cluster's status: " + word,
        NOTICED_WITHIN,
        () -> troubles(client, of),
        said -> said.stream().anyMatch(each -> each.contains(word)));
  }

  private static List<String> troubles(RegrowClient client, Machine of) {
    return cluster(client).getMembersList().stream()
        .filter(member -> member.getName().equals(of.name()))
        .flatMap(member -> member.getTroublesList().stream())
        .toList();
  }

  private static void takesChanges(RegrowClient client, String name) {
    takesChanges(client, name, "text");
  }

  private static void takesChanges(RegrowClient client, String name, String text) {
    var config =
        Config.newBuilder()
            .setKind(ConfigKind.CONFIG)
            .setName(name)
            .setNamespace("default")
            .putData(KEY, text)
            .putLabels("at", Long.toString(System.nanoTime()));
    Await.until(
        name + " to be taken",
        SETTLED_WITHIN,
        () -> {
          try {
            return client.send(Calls.putConfig(config.build())).getIndex();
          } catch (ApiException.Unavailable | ApiException.DiskFull | ApiException.TimedOut e) {
            return 0L;
          }
        },
        index -> index > 0);
  }

  private static String peer(Machine machine) {
    try {
      return Files.readString(
          machine.jvm().data().resolve("store/peer"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException("read who " + machine + " is in the group", e);
    }
  }

  private static long logBegins(Machine machine) {
    return logs(machine)
        .mapToLong(name -> number(name.replace("inprogress_", ""), 1))
        .min()
        .orElse(0);
  }

  /** The last entry of what is closed, or the first of what is open: not before that. */
  private static long logEnds(Machine machine) {
    return logs(machine).mapToLong(name -> number(name.replace('-', '_'), 2)).max().orElse(0);
  }

  private static long number(String name, int part) {
    return Long.parseLong(name.split("[_-]", -1)[part]);
  }

  private static Stream<String> logs(Machine machine) {
    try (var files = Files.walk(machine.jvm().data().resolve("store/raft"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("log_"))
          .toList()
          .stream();
    } catch (IOException | UncheckedIOException purgedMeanwhile) {
      return Stream.of();
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
}
