package dev.regrow.chaos.scenario;

import dev.regrow.chaos.cluster.Await;
import dev.regrow.chaos.fault.Draw;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Playing;
import dev.regrow.chaos.fault.RealPace;
import dev.regrow.chaos.history.Availability;
import dev.regrow.chaos.history.Convergence.Look;
import dev.regrow.chaos.history.Durability;
import dev.regrow.chaos.history.HealTimes;
import dev.regrow.chaos.history.Linearizability;
import dev.regrow.chaos.history.Operation;
import dev.regrow.chaos.history.RunLog;
import dev.regrow.chaos.history.RunLog.Event;
import dev.regrow.chaos.history.RunLog.Lane;
import dev.regrow.chaos.history.RunLog.Verdict;
import dev.regrow.chaos.lab.Formation;
import dev.regrow.chaos.lab.Lab;
import dev.regrow.chaos.lab.LabClient;
import dev.regrow.chaos.lab.LabInjector;
import dev.regrow.chaos.lab.Machine;
import dev.regrow.chaos.report.ReportFiles;
import dev.regrow.chaos.report.RunLogReport;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.LogQuery;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.Scope;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.Workload;
import dev.regrow.v1.WorkloadPhase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in a lab, clients that apply, scale, delete and read, a plan of faults drawn from a
 * seed, and everything that must be true in the end.
 */
public final class ChaosRun {

  private static final String STEADY = "steady";
  private static final String LINES = "lines";
  private static final String ONLY = "only";
  private static final int STEADY_COUNT = 6;
  private static final int LINES_COUNT = 3;
  private static final long STEPS_MAX = 3_000_000;
  private static final Duration SETTLED_WITHIN = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofSeconds(3);
  private static final Duration TURN = Duration.ofSeconds(10);
  private static final Duration PIECE = Duration.ofMillis(500);

  /** Where each seed has a folder with a page of its run. */
  private static final Path PAGES = Path.of("target", "chaos");

  /**
   * How big it is.
   *
   * @param servers of the machines keep the store
   * @param length of the plan
   * @param kinds that may happen
   * @param nextRelease a build for nodes of another version, if there is one
   */
  public record Setup(
      Path home,
      long seed,
      int machines,
      int servers,
      Duration length,
      Set<FaultKind> kinds,
      Optional<Path> nextRelease) {}

  private final Setup setup;
  private final List<Event> events = new ArrayList<>();
  private final List<Verdict> verdicts = new ArrayList<>();
  private final FaultNotes notes = new FaultNotes(this::now);
  private long beganNanos;

  private ChaosRun(Setup setup) {
    this.setup = setup;
  }

  /**
   * Runs it from nothing to nothing; a few seconds longer than its plan.
   *
   * @return all that happened; green if every checker is content
   */
  public static RunLog run(Setup setup) {
    var log = new ChaosRun(setup).run();
    var report = RunLogReport.of(log, setup.machines() + " machines of a lab");
    System.out.println("report: " + ReportFiles.write(PAGES.resolve("" + setup.seed()), report));
    return log;
  }

  private RunLog run() {
    var began = Instant.now();
    var lab = Lab.open(setup.home());
    try {
      inLab(lab);
    } finally {
      check("nothing is left", () -> close(lab));
    }
    return new RunLog(
        "chaos run",
        setup.seed(),
        "mvn verify -Dit.test=ChaosRunIT -Dregrow.seed=" + setup.seed(),
        began,
        now(),
        events,
        verdicts);
  }

  private static List<String> close(Lab lab) {
    try {
      lab.close();
      return List.of();
    } catch (AssertionError left) {
      return List.of(String.valueOf(left.getMessage()));
    }
  }

  private void inLab(Lab lab) {
    var random = new Random(setup.seed());
    var locked = new Locked(ONLY, setup.machines(), lab.folder().resolve("locks"));
    var locks = lab.folder().resolve("locks").toString();
    try (var injector = new LabInjector(lab, random.nextLong())) {
      setup.nextRelease().ifPresent(injector::nextRelease);
      var founder =
          Formation.form(
                  lab,
                  setup.machines(),
                  setup.servers(),
                  machine -> {
                    injector.prepare(machine);
                    machine.jvm().with("--host-paths", locks);
                  })
              .get(0);
      injector.formed(founder, setup.servers(), List.of(STEADY, LINES, ONLY));
      underFire(lab, injector, founder, locked, random);
    }
  }

  private void underFire(
      Lab lab, LabInjector injector, Machine founder, Locked locked, Random random) {
    declare(founder, locked);
    var kinds = new HashSet<>(setup.kinds());
    kinds.retainAll(injector.able());
    var plan = Draw.plan(random.nextLong(), injector.scene(), kinds, setup.length());
    System.out.println(plan);
    beganNanos = System.nanoTime();
    var declared = Map.of(STEADY, STEADY_COUNT, LINES, LINES_COUNT, ONLY, setup.machines());
    try (var lookout = new Lookout(lab, injector, founder, declared, beganNanos);
        var registers = RegisterLoad.start(founder, lab.machines(), keys(), TURN, random);
        var churn = ChurnLoad.start(founder, lab.machines(), random);
        var configs = WatchedConfigs.start(founder, lab.machines());
        var client = LabClient.ofAny(founder, lab.machines(), SHORT)) {
      Playing.play(plan, injector, notes, new RealPace(), random);
      var over = now();
      var changes = stopped("clients that apply, scale and delete", churn::stop);
      check("converges", () -> converges(lab, injector, founder, client, over));
      var history = stopped("clients of registers", registers::stop);
      lookout.stop();
      note(lookout, history);
      check("durability", () -> Durability.faults(history, registers.last(client)));
      check("durability of churn", () -> Durability.faults(changes, churn.last(client)));
      check(
          "linearizability",
          () ->
              Linearizability.faults(registers.history(), STEPS_MAX).entrySet().stream()
                  .map(String::valueOf)
                  .toList());
      watches(configs);
      check("exclusivity", locked::overlaps);
      check("logs", () -> logs(client));
      check("agents end only when told to", lookout::ended);
      check(
          "no node met a bug",
          () -> lab.machines().stream().flatMap(each -> each.jvm().bugs().stream()).toList());
    }
  }

  /** Some for each turn. */
  private List<List<String>> keys() {
    int turns = 1 + (int) (setup.length().toNanos() / TURN.toNanos());
    return IntStream.range(0, turns)
        .mapToObj(
            turn ->
                IntStream.range(0, 2 * setup.machines())
                    .mapToObj(i -> "k%d-%d".formatted(turn, i))
                    .toList())
        .toList();
  }

  private void declare(Machine founder, Locked locked) {
    try (var client = LabClient.of(founder)) {
      client.send(Calls.apply(Programs.complete(Programs.sleeper(STEADY, STEADY_COUNT))));
      client.send(Calls.apply(Programs.complete(Programs.counter(LINES, LINES_COUNT))));
      client.send(Calls.putNamespace(Locked.namespace()));
      client.send(Calls.apply(Programs.complete(locked.workload())));
      var observed = new Observed(client);
      observed.awaitReady(STEADY, STEADY_COUNT, SETTLED_WITHIN, each -> true);
      observed.awaitReady(LINES, LINES_COUNT, SETTLED_WITHIN, each -> true);
      observed.awaitReady(ONLY, setup.machines(), SETTLED_WITHIN, each -> true);
    }
  }

  private Duration now() {
    return Duration.ofNanos(System.nanoTime() - beganNanos);
  }

  private List<String> converges(
      Lab lab, LabInjector injector, Machine founder, RegrowClient client, Duration over) {
    try {
      injector.settle(SETTLED_WITHIN);
      for (Machine machine : lab.machines()) {
        machine.jvm().awaitReady();
        try (var there = LabClient.of(founder, machine, SHORT)) {
          Await.until(
              "all nodes to be ready in the eyes of " + machine.name(),
              SETTLED_WITHIN,
              () -> unreadyNodes(there),
              List::isEmpty);
        }
      }
      Await.until(
          "all servers to vote",
          SETTLED_WITHIN,
          () -> servers(client),
          seen -> seen.equals(setup.servers() + " of " + setup.servers() + " vote"));
      Await.until(
          "all workloads to be as declared", SETTLED_WITHIN, () -> unready(client), List::isEmpty);
      System.out.printf(
          "all as declared %d ms after the last fault%n", now().minus(over).toMillis());
      return List.of();
    } catch (AssertionError late) {
      lab.machines().forEach(each -> System.out.println(each + "\n" + each.jvm().outputTail()));
      return List.of(String.valueOf(late.getMessage()));
    }
  }

  private List<String> unreadyNodes(RegrowClient client) {
    try {
      var nodes = client.send(Calls.nodes()).getItemsList();
      var unready =
          nodes.stream()
              .filter(node -> node.getPhase() != NodePhase.NODE_READY)
              .map(node -> node.getName() + " is " + node.getPhase())
              .toList();
      return nodes.size() < setup.machines() ? List.of("only " + nodes.size()) : unready;
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut away) {
      return List.of(away.toString());
    }
  }

  private static String servers(RegrowClient client) {
    try {
      var servers = client.send(Calls.cluster()).getStore().getServersList();
      long voting = servers.stream().filter(each -> each.getVoter() && each.getReachable()).count();
      return "%d of %d vote".formatted(voting, servers.size());
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut away) {
      return String.valueOf(away.getMessage());
    }
  }

  private static List<String> unready(RegrowClient client) {
    try {
      return client.send(Calls.workloads(Scope.of(Programs.NAMESPACE))).getItemsList().stream()
          .filter(each -> !isReady(each))
          .map(each -> each.getName() + ": " + each.getStatus())
          .toList();
    } catch (ApiException.Unavailable | ApiException.Unreachable | ApiException.TimedOut away) {
      return List.of(String.valueOf(away.getMessage()));
    }
  }

  private static boolean isReady(Workload workload) {
    var status = workload.getStatus();
    return status.getPhase() == WorkloadPhase.WORKLOAD_READY
        && status.getReady() == workload.getReplicas()
        && status.getRunning() == workload.getReplicas();
  }

  /** What the lookout and the clients saw. */
  private void note(Lookout lookout, List<Operation> history) {
    events.addAll(notes.all());
    events.addAll(lookout.events());
    var strip = Availability.of(history, beganNanos, now(), PIECE);
    for (var stretch : strip) {
      events.add(
          new Event(
              Lane.AVAILABILITY,
              "changes",
              stretch.up() ? "up" : "down",
              stretch.from(),
              stretch.until(),
              ""));
    }
    var heals = new HealTimes();
    for (var fault : notes.events(Lane.FAULT)) {
      healed(fault.until(), lookout.looks())
          .ifPresent(
              at -> {
                heals.add(at.minus(fault.until()));
                events.add(new Event(Lane.HEAL, "all", fault.kind(), fault.until(), at, ""));
              });
    }
    System.out.printf(
        "changes were taken %.1f %% of the time, the longest pause was %d ms; %s%n",
        100 * Availability.share(strip), Availability.longestDown(strip).toMillis(), heals);
  }

  /** When all was as declared again for the first time. */
  private static Optional<Duration> healed(Duration end, List<Look> looks) {
    return looks.stream()
        .filter(look -> look.asDeclared() && look.nanos() >= end.toNanos())
        .map(look -> Duration.ofNanos(look.nanos()))
        .findFirst();
  }

  private void watches(WatchedConfigs configs) {
    var story = configs.stop();
    System.out.printf(
        "watches told %d changes of %d acknowledged; resumed: %s%n",
        story.told(), story.acknowledged(), story.broken());
    check("watches", story::faults);
  }

  /** What the instances that are there wrote since they began, on disks that were never full. */
  private List<String> logs(RegrowClient client) {
    var faults = new ArrayList<String>();
    for (var instance : new Observed(client).instances(LINES)) {
      if (!notes.filled().contains(instance.getNode())) {
        // One that has just begun has not written anything yet.
        var lines =
            Await.until(
                "a line of " + instance.getId(),
                TURN,
                () -> lines(client, instance.getId()),
                seen -> seen.last() >= 0);
        lines.faults().forEach(fault -> faults.add("%s: %s".formatted(instance.getId(), fault)));
      }
    }
    return faults;
  }

  private static NumberedLines lines(RegrowClient client, String instance) {
    try (var log = client.logs(LogQuery.of(Programs.NAMESPACE, instance))) {
      return NumberedLines.read(log.readAll());
    } catch (IOException e) {
      throw new AssertionError("the log of " + instance + " cannot be read", e);
    }
  }

  /** What clients did; nothing, and red, if one met what it does not know. */
  private List<Operation> stopped(String what, Supplier<List<Operation>> stop) {
    var history = new ArrayList<Operation>();
    check(
        what,
        () -> {
          history.addAll(stop.get());
          return List.of();
        });
    return history;
  }

  private interface Checker {
    List<String> faults();
  }

  private void check(String what, Checker checker) {
    String failure = null;
    try {
      var faults = checker.faults();
      failure = faults.isEmpty() ? null : String.join("\n", faults);
    } catch (ApiException | AssertionError failed) {
      failure = failed + (failed.getCause() == null ? "" : ": " + failed.getCause());
    }
    verdict(what, failure);
  }

  private void verdict(String what, @Nullable String failure) {
    verdicts.add(new Verdict(what, failure == null, failure == null ? "" : failure));
    System.out.println(what + ": " + (failure == null ? "green" : "RED\n" + failure));
  }
}
