package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.client.Calls;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Replacing, scaling and deleting on a real node, watched all the while. */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RollingUpdateIT {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int REPLICAS = 3;
  private static final int KILLS = 5;

  private final Arena arena = Arena.open(RealNodes.Here.home());
  private final ServedNode node = arena.node("rolling");

  @BeforeAll
  void start() {
    node.start();
  }

  @AfterAll
  void leave() {
    arena.close();
  }

  @Test
  void an_update_with_surge_keeps_all_replicas_ready_all_the_time() {
    node.apply(Programs.sleeper("web", REPLICAS));
    node.awaitReady("web", REPLICAS);
    node.awaitRolledOut("web");
    Set<String> before = ids("web");

    node.apply(changed(Programs.sleeper("web", REPLICAS)));
    var fewest = new ArrayList<Long>();
    Workload after =
        Await.until(
            "revision 2 to be rolled out",
            SOON,
            () -> {
              fewest.add(ready("web"));
              return node.workload("web");
            },
            seen -> seen.getStatus().getRevision() == 2 && seen.getStatus().getReady() == REPLICAS);

    assertThat(after.getRevision()).isEqualTo(2);
    assertThat(fewest).as("ready instances in each sample").allMatch(ready -> ready >= REPLICAS);
    List<Instance> replaced = node.awaitReady("web", REPLICAS);
    assertThat(replaced).allMatch(each -> each.getRevision() == 2);
    assertThat(ids("web")).doesNotContainAnyElementsOf(before);
    node.delete("web");
  }

  @Test
  void scaling_adds_and_removes_instances_and_replaces_none() {
    node.apply(Programs.sleeper("elastic", 1));
    Instance first = node.awaitReady("elastic", 1).get(0);

    node.client().send(Calls.scale(Programs.NAMESPACE, "elastic", 4));
    assertThat(node.awaitReady("elastic", 4)).extracting(Instance::getPid).contains(first.getPid());

    node.client().send(Calls.scale(Programs.NAMESPACE, "elastic", 1));
    assertThat(node.awaitReady("elastic", 1)).hasSize(1);
    assertThat(node.workload("elastic").getRevision()).isEqualTo(1);

    node.client().send(Calls.scale(Programs.NAMESPACE, "elastic", 0));
    assertThat(node.awaitReady("elastic", 0)).isEmpty();
    node.delete("elastic");
  }

  @Test
  void what_is_deleted_is_gone_with_all_its_processes() {
    node.apply(Programs.sleeper("doomed", REPLICAS));
    List<Proc.Identity> processes =
        node.awaitReady("doomed", REPLICAS).stream()
            .map(each -> Proc.identity(each.getPid()).orElseThrow())
            .toList();

    node.client().send(Calls.delete(Programs.NAMESPACE, "doomed"));
    Await.until("doomed to be gone", SOON, () -> node.find("doomed"), Optional::isEmpty);

    assertThat(processes).noneMatch(Proc::alive);
    node.apply(Programs.sleeper("doomed", 1));
    assertThat(node.awaitReady("doomed", 1).get(0).getRevision()).isEqualTo(1);
    node.delete("doomed");
  }

  @Test
  void an_exclusive_slot_never_has_two_live_processes() throws InterruptedException {
    node.apply(Programs.sleeper("only", 2).setExclusive(true));
    List<Instance> first = node.awaitReady("only", 2);
    var done = new AtomicBoolean();
    var overlaps = new ArrayList<String>();
    var observer = new Thread(() -> observe(done, overlaps), "observer");
    observer.start();

    for (int kill = 1; kill <= KILLS; kill++) {
      int restarts = kill;
      Instance victim = bySlot(first.get(0).getSlot());
      ProcessHandle.of(victim.getPid()).ifPresent(ProcessHandle::destroyForcibly);
      Await.until(
          "restart " + restarts + " of " + victim.getSlot(),
          SOON,
          () -> bySlot(victim.getSlot()),
          seen -> seen.getReady() && seen.getRestarts() >= restarts);
    }
    node.apply(changed(Programs.sleeper("only", 2).setExclusive(true)));
    node.awaitRolledOut("only");
    done.set(true);
    observer.join();

    assertThat(overlaps).isEmpty();
    assertThat(node.awaitReady("only", 2)).allMatch(each -> each.getRevision() == 2);
    node.delete("only");
  }

  private static Workload.Builder changed(Workload.Builder workload) {
    workload.getInstanceBuilder().putEnv("GENERATION", "2");
    return workload;
  }

  private long ready(String workload) {
    return node.instances(workload).stream().filter(Instance::getReady).count();
  }

  private Set<String> ids(String workload) {
    return node.instances(workload).stream()
        .map(Instance::getId)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Instance bySlot(String slot) {
    return node.instances("only").stream()
        .filter(each -> each.getSlot().equals(slot))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no instance of slot " + slot));
  }

  /** Two slots: so more than two sleepers at once in cgroups of this workload are one too many. */
  private void observe(AtomicBoolean done, List<String> overlaps) {
    while (!done.get()) {
      List<Path> living = sleepers("/" + node.uid() + "/default/only/");
      if (living.size() > 2) {
        // Seen one by one; only those that still live after the last was found lived at once.
        List<Path> still = living.stream().filter(RollingUpdateIT::isSleeper).toList();
        if (still.size() > 2) {
          overlaps.add(still.toString());
        }
      }
    }
  }

  private static List<Path> sleepers(String cgroup) {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(path -> path.getFileName().toString().matches("[0-9]+"))
          .filter(path -> read(path.resolve("cgroup")).contains(cgroup))
          .filter(RollingUpdateIT::isSleeper)
          .toList();
    } catch (IOException e) {
      throw new AssertionError("list /proc", e);
    }
  }

  private static boolean isSleeper(Path process) {
    return Proc.identity(Long.parseLong(process.getFileName().toString())).isPresent()
        && read(process.resolve("cmdline")).startsWith("/bin/sleep");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException gone) {
      return "";
    }
  }
}
