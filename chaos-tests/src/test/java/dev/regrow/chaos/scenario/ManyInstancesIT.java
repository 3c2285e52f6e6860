package dev.regrow.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.cluster.Proc;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Very many instances on one node: all are well, cost next to nothing, and go without a trace. */
@RealNodes
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManyInstancesIT {

  private static final String PLAIN = "plain";
  private static final String ASKED = "asked";
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(90);
  private static final Duration GONE_WITHIN = Duration.ofSeconds(60);
  private static final Duration REST = Duration.ofSeconds(30);
  private static final Duration WATCHED = Duration.ofSeconds(20);
  private static final double CPU_PERCENT_AT_MOST = 3;
  private static final double HEAP_BYTES_EACH_AT_MOST = 10_000;
  private static final double STOPPED_SECONDS_AT_MOST = 10;

  /** What comes and goes with requests and timers. */
  private static final int OPEN_FILES_MORE_AT_MOST = 20;

  private static final double NANOS_PER_SECOND = 1e9;

  /** Accepts connections and forgets them. */
  private static final String LISTENER =
      """
      import _socket
      server = _socket.socket()
      server.bind(('127.0.0.1', 8080))
      server.listen(8)
      while True:
        _socket.close(server._accept()[0])
      """;

  private final int count = Effort.of("instances", 40, 500);
  private final int asked = count / 10;
  private final Arena arena = Arena.open(RealNodes.Here.home());
  private final ServedNode node = arena.node("many");

  /** What the node costs, or holds, at one moment. */
  private record Weight(long heapBytes, long openFiles) {}

  @AfterAll
  void leave() {
    arena.close();
  }

  @Test
  void very_many_instances_are_well_cost_next_to_nothing_and_go_without_a_trace() {
    node.start();
    scale(1);
    Weight few = weigh();

    long began = System.nanoTime();
    scale(count);
    told("%d instances, %d of them with a probe, were ready".formatted(count, asked), began);
    List<Proc.Identity> processes = processes();
    assertThat(processes).as("a shim, an init and a program for each").hasSize(3 * count);

    watch();
    Weight many = weigh();
    double heapEach = (double) (many.heapBytes() - few.heapBytes()) / (count - 2);
    System.out.printf(
        "live heap %.1f kB for each; %d files open for all%n",
        heapEach / 1000, many.openFiles() - few.openFiles());
    assertThat(processes).as("none was replaced").allMatch(Proc::alive);

    long stopped = System.nanoTime();
    scale(0);
    double seconds = told("all were stopped", stopped);
    assertThatNothingIsLeft(processes);
    assertThat(weigh().openFiles())
        .as("open files of the node, as before")
        .isLessThanOrEqualTo(few.openFiles() + OPEN_FILES_MORE_AT_MOST);
    if (Effort.isFull()) {
      assertThat(heapEach).as("live heap for each").isLessThanOrEqualTo(HEAP_BYTES_EACH_AT_MOST);
      assertThat(seconds).as("to stop all").isLessThanOrEqualTo(STOPPED_SECONDS_AT_MOST);
    }
  }

  /**
   * @param all of both kinds; 1: one of each
   */
  private void scale(int all) {
    int probed = all == 1 ? 1 : all * asked / count;
    int plain = all == 1 ? 1 : all - probed;
    long index = node.apply(small(Programs.sleeper(PLAIN, plain))).getIndex();
    long last = node.apply(probed(probed)).getIndex();
    settled(PLAIN, plain, index);
    settled(ASKED, probed, last);
  }

  private static Workload.Builder small(Workload.Builder workload) {
    workload.getInstanceBuilder().getResourcesBuilder().setCpu(1);
    return workload;
  }

  private static Workload.Builder probed(int replicas) {
    var workload =
        small(Programs.service(ASKED, replicas, "/usr/bin/python3", "-S", "-c", LISTENER));
    var readiness = workload.getInstanceBuilder().getHealthBuilder().getReadinessBuilder();
    readiness.getTcpBuilder().setPort("8080");
    return workload;
  }

  private void settled(String workload, int replicas, long index) {
    Await.until(
        replicas + " ready instances of " + workload,
        SETTLED_WITHIN,
        () -> node.workload(workload).getStatus(),
        seen ->
            seen.getObservedIndex() >= index
                && seen.getReady() == replicas
                && seen.getRunning() == replicas);
    if (replicas == 0) {
      Await.until(
          "no instance of " + workload,
          SETTLED_WITHIN,
          () -> node.instances(workload),
          List::isEmpty);
    }
  }

  private List<Proc.Identity> processes() {
    return Stream.of(PLAIN, ASKED)
        .flatMap(workload -> node.instances(workload).stream())
        .map(Instance::getPid)
        .flatMap(pid -> Stream.of(pid, Proc.parent(pid), Proc.parent(Proc.parent(pid))))
        .flatMap(pid -> Proc.identity(pid).stream())
        .distinct()
        .toList();
  }

  /** Idleness is what is measured, so time has to pass. */
  private void watch() {
    if (!Effort.isFull()) {
      return;
    }
    pass(REST);
    long before = Proc.cpuMillis(node.jvm().pid());
    pass(WATCHED);
    double percent = 100.0 * (Proc.cpuMillis(node.jvm().pid()) - before) / WATCHED.toMillis();
    System.out.printf("idle: %.2f %% of a core%n", percent);
    assertThat(percent).as("idle, %% of a core").isLessThanOrEqualTo(CPU_PERCENT_AT_MOST);
  }

  private static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    Await.until(time + " to pass", time.multipliedBy(2), () -> System.nanoTime() >= end);
  }

  private void assertThatNothingIsLeft(List<Proc.Identity> processes) {
    Await.until(
        "the end of every process",
        GONE_WITHIN,
        () -> processes.stream().filter(Proc::alive).toList(),
        List::isEmpty);
    Await.until("no cgroup of an instance", GONE_WITHIN, this::cgroups, List::isEmpty);
    Await.until("no state of an instance", GONE_WITHIN, this::states, List::isEmpty);
    Await.until("nothing that was written", GONE_WITHIN, this::roots, List::isEmpty);
  }

  private List<Path> cgroups() {
    return folders(Path.of("/sys/fs/cgroup"))
        .map(hierarchy -> hierarchy.resolve("regrow").resolve(node.uid()))
        .flatMap(ManyInstancesIT::folders)
        .toList();
  }

  private List<Path> states() {
    return folders(Path.of("/run/regrow", node.uid(), "instances")).toList();
  }

  private List<Path> roots() {
    return folders(node.data().resolve("roots")).toList();
  }

  /** Directly in it. */
  private static Stream<Path> folders(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Stream.empty();
    }
    try (Stream<Path> found = Files.list(folder)) {
      return found.filter(Files::isDirectory).toList().stream();
    } catch (UncheckedIOException | IOException vanishing) {
      return Stream.of(folder); // Something is left: it is looked at again.
    }
  }

  /** After a full collection. */
  private Weight weigh() {
    long pid = node.jvm().pid();
    String histogram =
        Shell.run(
                Path.of(System.getProperty("java.home"), "bin", "jcmd"), pid, "GC.class_histogram")
            .out();
    long bytes =
        histogram
            .lines()
            .filter(line -> line.startsWith("Total"))
            .mapToLong(line -> Long.parseLong(line.trim().split(" +", -1)[2]))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no total in: " + histogram));
    try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return new Weight(bytes, files.count());
    } catch (IOException e) {
      throw new UncheckedIOException("count the open files of " + pid, e);
    }
  }

  private static double told(String what, long since) {
    double seconds = (System.nanoTime() - since) / NANOS_PER_SECOND;
    System.out.printf("%s after %.1f s%n", what, seconds);
    return seconds;
  }
}
