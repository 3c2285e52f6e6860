package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * The JVM is killed while clients change things, again and again: no acknowledged change is lost.
 */
@RealNodes
class CrashUnderWritesIT {

  private static final int CLIENTS = 8;
  private static final int WORKLOADS_OF_EACH = 3;
  private static final String LABEL = "version";
  private static final String VARIABLE = "VERSION";
  private static final int LIFE_MILLIS_MIN = 300;
  private static final int LIFE_MILLIS_MAX = 3000;
  private static final Duration CONVERGED_WITHIN = Duration.ofSeconds(60);

  /** One workload and what its only writer knows of it. */
  private static final class Written {
    private final String name;
    private final int replicas;
    private int sent;
    private int acknowledged;

    Written(String name, int replicas) {
      this.name = name;
      this.replicas = replicas;
    }

    /** Label and environment say the same in each change, so half of one would show. */
    Workload.Builder next() {
      sent++;
      var next = Programs.sleeper(name, replicas);
      next.putLabels(LABEL, Integer.toString(sent));
      next.getInstanceBuilder().putEnv(VARIABLE, Integer.toString(sent));
      return next;
    }
  }

  @Test
  void what_was_acknowledged_is_there_and_nothing_is_half_there() throws Exception {
    int rounds = Effort.of("rounds", 3, 30);
    var random = new Random(Effort.seed("crash under writes"));
    List<List<Written>> writers = writers();
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try (Arena arena = Arena.open(RealNodes.Here.home())) {
      ServedNode node = arena.node("crashing").start();
      int acknowledged = 0;
      for (int round = 0; round < rounds; round++) {
        List<Future<Integer>> streams = new ArrayList<>();
        for (List<Written> own : writers) {
          var choice = new Random(random.nextLong());
          streams.add(clients.submit(() -> write(node, own, choice)));
        }
        long life = random.nextInt(LIFE_MILLIS_MIN, LIFE_MILLIS_MAX);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(life));
        node.jvm().kill9();
        for (Future<Integer> stream : streams) {
          acknowledged += stream.get(CONVERGED_WITHIN.toSeconds(), TimeUnit.SECONDS);
        }
        node.start();
        writers.forEach(own -> own.forEach(written -> assertKept(node, written)));
      }
      System.out.printf("%d rounds, %d changes acknowledged, none lost%n", rounds, acknowledged);
      assertThat(acknowledged).as("the stream was one").isGreaterThan(rounds);
      writers.forEach(own -> own.forEach(written -> awaitConverged(node, written)));
    } finally {
      clients.shutdownNow();
    }
  }

  private static List<List<Written>> writers() {
    var writers = new ArrayList<List<Written>>();
    for (int client = 0; client < CLIENTS; client++) {
      var own = new ArrayList<Written>();
      for (int i = 0; i < WORKLOADS_OF_EACH; i++) {
        own.add(new Written("c%d-w%d".formatted(client, i), i == 0 ? 1 : 0));
      }
      writers.add(own);
    }
    return writers;
  }

  /** Changes its own workloads until the node is gone. Returns how many changes were taken. */
  private static int write(ServedNode node, List<Written> own, Random choice) {
    int taken = 0;
    while (true) {
      Written written = own.get(choice.nextInt(own.size()));
      try {
        node.client().send(Calls.apply(Programs.complete(written.next())));
        written.acknowledged = written.sent;
        taken++;
      } catch (ApiException.Unreachable | ApiException.Unavailable | ApiException.TimedOut gone) {
        return taken;
      }
    }
  }

  private static void assertKept(ServedNode node, Written written) {
    var found = node.find(written.name);
    if (found.isEmpty()) {
      assertThat(written.acknowledged).as("changes of %s lost", written.name).isZero();
      return;
    }
    int kept = version(found.get());
    assertThat(kept).as(written.name).isBetween(written.acknowledged, written.sent);
    Revision current =
        node
            .client()
            .send(Calls.revisions(Programs.NAMESPACE, written.name))
            .getItemsList()
            .stream()
            .filter(Revision::getCurrent)
            .findFirst()
            .orElseThrow(() -> new AssertionError(written.name + " has no current revision"));
    assertThat(current.getInstance().getEnvOrThrow(VARIABLE)).isEqualTo(Integer.toString(kept));
    // What was read after the crash is committed: it must not be taken back later.
    written.acknowledged = kept;
  }

  private static int version(Workload workload) {
    String label = workload.getLabelsOrThrow(LABEL);
    assertThat(workload.getInstance().getEnvOrThrow(VARIABLE))
        .as("%s is half changed", workload.getName())
        .isEqualTo(label);
    return Integer.parseInt(label);
  }

  private static void awaitConverged(ServedNode node, Written written) {
    var declared = node.find(written.name);
    if (declared.isEmpty()) {
      return;
    }
    String wanted = VARIABLE + "=" + version(declared.get());
    List<Instance> instances =
        Await.until(
            "%s to converge on %s".formatted(written.name, wanted),
            CONVERGED_WITHIN,
            () -> node.instances(written.name),
            seen ->
                seen.size() == written.replicas
                    && seen.stream()
                        .allMatch(each -> each.getReady() && environment(each).contains(wanted)));
    instances.forEach(each -> assertThat(Proc.identity(each.getPid())).isPresent());
  }

  private static List<String> environment(Instance instance) {
    try {
      Path file = Path.of("/proc", Long.toString(instance.getPid()), "environ");
      return List.of(Files.readString(file, StandardCharsets.UTF_8).split("\0", -1));
    } catch (IOException gone) {
      // It ends while we look; the next look finds its replacement.
      return List.of();
    }
  }
}
