package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Proc;
import dev.regrow.client.Calls;
import dev.regrow.v1.Event;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Reason;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Instances that take all they can get: they get their own, and the others theirs. */
@RealNodes
class HostileNeighboursIT {

  private static final int BOMB_PIDS = 64;
  private static final int HOG_MEBIBYTES = 32;
  private static final int SPINNER_MILLICORES = 200;
  private static final int QUOTA_TOLERANCE = 2;
  private static final double P95_FLOOR_MILLIS = 200;

  @Test
  void a_fork_bomb_a_memory_hog_and_a_spinner_are_contained_and_named() {
    try (Arena arena = Arena.open(RealNodes.Here.home())) {
      ServedNode node = arena.node("crowded").start();
      node.apply(Programs.counter("calm", 1));
      Instance calm = node.awaitReady("calm", 1).get(0);
      Proc.Identity calmProcess = Proc.identity(calm.getPid()).orElseThrow();

      node.apply(Programs.spinner("spinner", SPINNER_MILLICORES));
      Instance spinner = node.awaitReady("spinner", 1).get(0);
      node.apply(Programs.forkBomb("bomb", BOMB_PIDS));
      node.apply(Programs.memoryHog("hog", HOG_MEBIBYTES));
      var seconds = Duration.ofSeconds(Effort.of("siege", 8, 60));
      long cpuBefore = Proc.cpuMillis(spinner.getPid());
      Latencies latencies = ask(node, seconds);
      long cpu = Proc.cpuMillis(spinner.getPid()) - cpuBefore;

      System.out.println("under siege the API answered: " + latencies);
      assertThat(latencies.percentileMillis(95)).isLessThan(P95_FLOOR_MILLIS);
      assertThat(cpu)
          .as("CPU milliseconds of a spinner with %d millicores", SPINNER_MILLICORES)
          .isLessThan(seconds.toMillis() * SPINNER_MILLICORES / 1000 * QUOTA_TOLERANCE);
      assertNamed(node, "bomb", Reason.PIDS_LIMIT, "PidsLimit");
      assertNamed(node, "hog", Reason.OOM_KILLED, "OOMKilled");
      assertThat(Proc.alive(calmProcess)).as("the calm one lives").isTrue();
      assertThat(node.awaitReady("calm", 1).get(0).getPid()).isEqualTo(calm.getPid());
      assertThat(NumberedLines.read(node.logs(calm)).faults()).isEmpty();
    }
  }

  /** Reads and changes, one after the other. */
  private static Latencies ask(ServedNode node, Duration during) {
    var latencies = new Latencies();
    long end = System.nanoTime() + during.toNanos();
    for (int i = 0; System.nanoTime() < end; i++) {
      var change = Programs.sleeper("changing", 0).putLabels("n", Integer.toString(i));
      latencies.of(() -> node.apply(change));
      latencies.of(() -> node.instances("calm"));
      latencies.of(() -> node.client().send(Calls.nodes()));
    }
    return latencies;
  }

  private static void assertNamed(ServedNode node, String workload, Reason reason, String word) {
    Instance ended =
        node.awaitOnly(workload, "ended by " + word, seen -> seen.getLast().getReason() == reason);
    assertThat(ended.getRestarts()).as("attempts of %s", workload).isPositive();
    List<Event> events = node.timeline(workload).getItemsList();
    assertThat(events).extracting(Event::getReason).contains(word);
  }
}
