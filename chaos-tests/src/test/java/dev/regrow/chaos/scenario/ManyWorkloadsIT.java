package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.client.Calls;
import dev.regrow.client.Paging;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.Scope;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.schema.Schema;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Very many workloads in the store: after a restart any of them can be read and changed, and what
 * is killed is healed, while the sweep goes round.
 */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManyWorkloadsIT {

  private static final String STEADY = "steady";
  private static final int INSTANCES = 3;
  private static final int WRITERS = 16;
  private static final int PROBES = 20;
  private static final long SOON_NANOS = Duration.ofSeconds(15).toNanos();
  private static final double NANOS_PER_SECOND = 1e9;

  private final Kernel kernel = Kernel.load();
  private final int count = Effort.of("workloads", 2_000, 100_000);
  private final boolean full = Boolean.getBoolean("regrow.full");
  private final Random random = new Random(Effort.seed("many workloads"));
  private final Arena arena = Arena.open(RealNodes.Here.home());
  private final ServedNode node = arena.node("many");

  @AfterAll
  void leave() {
    arena.close();
  }

  @Test
  void after_a_restart_any_of_very_many_workloads_is_at_hand_and_what_is_killed_is_healed()
      throws Exception {
    node.start().apply(Programs.counter(STEADY, INSTANCES));
    node.awaitReady(STEADY, INSTANCES);
    long empty = Proc.rssBytes(node.jvm().pid());
    long began = System.nanoTime();
    fill();
    double seconds = (System.nanoTime() - began) / NANOS_PER_SECOND;
    System.out.printf(
        "%d workloads were declared in %.1f s; resident memory %.2f kB and disk %.2f kB for each%n",
        count, seconds, perWorkload(Proc.rssBytes(node.jvm().pid()) - empty), perWorkload(disk()));

    node.jvm().kill9();
    long restarted = System.nanoTime();
    node.start();
    told("ready", restarted);
    var known = node.awaitReady(STEADY, INSTANCES);
    readAndChange(restarted);
    heal(known.get(random.nextInt(INSTANCES)), restarted);
    if (full) {
      assertThat(System.nanoTime() - restarted).as("all of it took").isLessThan(SOON_NANOS);
    }
    System.out.printf(
        "after the restart: resident memory %.2f kB for each%n",
        perWorkload(Proc.rssBytes(node.jvm().pid()) - empty));
    assertThatAllAreListed();
  }

  private static String name(int number) {
    return "many-%06d".formatted(number);
  }

  private static Workload.Builder one(int number) {
    return Programs.sleeper(name(number), 0).putLabels("set", Integer.toString(number % 10));
  }

  private void fill() throws Exception {
    var next = new AtomicInteger();
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try {
      var all = new ArrayList<Future<?>>();
      for (int i = 0; i < WRITERS; i++) {
        all.add(
            writers.submit(
                () -> {
                  RegrowClient client = node.client();
                  for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                    client.send(Calls.apply(Schema.withDefaults(one(n).build())));
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      writers.shutdownNow();
    }
  }

  private void readAndChange(long since) {
    for (int i = 0; i < PROBES; i++) {
      int number = random.nextInt(count);
      Workload before = node.workload(name(number));
      Workload after = node.apply(one(number).putLabels("changed", Integer.toString(i)));
      assertThat(after.getIndex()).isGreaterThan(before.getIndex());
    }
    told(PROBES + " workloads read and changed", since);
  }

  private void heal(Instance victim, long since) {
    try (var pidfd = kernel.pidfdOpen((int) victim.getPid())) {
      kernel.pidfdSendSignal(pidfd, Signal.KILL);
    }
    Await.until(
        "a living instance " + victim.getSlot(),
        Duration.ofSeconds(60),
        () -> node.instances(STEADY),
        seen ->
            seen.stream()
                .anyMatch(
                    each ->
                        each.getSlot().equals(victim.getSlot())
                            && each.getReady()
                            && each.getPid() != victim.getPid()));
    told("a killed instance healed", since);
  }

  private void assertThatAllAreListed() {
    long began = System.nanoTime();
    var names = new HashSet<String>();
    for (Workload each : Paging.workloads(node.client(), Scope.everywhere()).getItemsList()) {
      assertThat(names.add(each.getName())).as("listed once: %s", each.getName()).isTrue();
    }
    told("all listed", began);
    assertThat(names).hasSize(count + 1);
  }

  private static void told(String what, long since) {
    System.out.printf("%s after %.1f s%n", what, (System.nanoTime() - since) / NANOS_PER_SECOND);
  }

  private double perWorkload(long bytes) {
    return bytes / 1000.0 / count;
  }

  private long disk() throws IOException {
    try (var files = Files.walk(node.jvm().data().resolve("store"))) {
      return files.filter(Files::isRegularFile).mapToLong(ManyWorkloadsIT::size).sum();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (java.nio.file.NoSuchFileException purged) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException("size of " + file, e);
    }
  }
}
