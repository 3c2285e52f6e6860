package dev.regrow.chaos.game;

import dev.regrow.chaos.cluster.Distribution;
import dev.regrow.chaos.fault.Aiming.Scene;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.game.Ending.Cause;
import dev.regrow.chaos.report.RunReport;
import dev.regrow.cli.Connection;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.command.Declaration;
import dev.regrow.client.Paging;
import dev.regrow.client.RegrowClient;
import dev.regrow.client.Scope;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Makes or finds the cluster, applies what a scenario needs, plays it there, and leaves. */
final class Staging {

  private static final Duration CALLS_WITHIN = Duration.ofSeconds(10);
  private static final Duration READY_WITHIN = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Scenario scenario;
  private final Source source;
  private final long seed;
  private final Connection connection;
  private final Consumer<String> teller;

  Staging(
      Scenario scenario, Source source, long seed, Connection connection, Consumer<String> teller) {
    this.scenario = scenario;
    this.source = source;
    this.seed = seed;
    this.connection = connection;
    this.teller = teller;
  }

  private Venue venue() {
    boolean root = ProcessHandle.current().info().user().filter("root"::equals).isPresent();
    if (scenario.cluster() instanceof Scenario.Own && !root) {
      throw Failure.error(
          "a cluster of its own is made of network namespaces, which takes root: sudo regrow chaos"
              + " run");
    }
    return scenario.cluster() instanceof Scenario.Own own
        ? LabVenue.make(Distribution.home(), own.nodes(), seed, workloads())
        : AttachedVenue.of(connection.context(), seed);
  }

  private List<String> workloads() {
    return Manifests.read(source, scenario.apply(), "default").stream()
        .filter(Declaration.OfWorkload.class::isInstance)
        .map(Declaration::name)
        .toList();
  }

  /** What would happen to whom, a line each. */
  List<String> rehearse() {
    var told = new ArrayList<String>();
    told.add(scenario.name() + ": " + scenario.description());
    if (scenario.cluster() instanceof Scenario.Own own) {
      rehearseOwn(own, told);
    } else {
      try (var venue = AttachedVenue.of(connection.context(), seed);
          var client = venue.client(CALLS_WITHIN)) {
        told.add("cluster: " + venue.words());
        var changes = new Changes(client, venue.namespace(), source);
        var rehearsal =
            Rehearsal.of(
                scenario,
                withApplied(venue.injector().scene()),
                withApplied(changes.instances()),
                seed);
        told.addAll(rehearsal.told(scenario, true));
        told.add(radius(rehearsal));
        var refused = refusalAsTold(venue);
        if (!refused.isEmpty()) {
          told.add("it would be refused: " + refused);
        }
      }
    }
    scenario.hypotheses().forEach(each -> told.add("claim: " + each.claim()));
    told.add("nothing was changed; seed " + seed);
    return told;
  }

  /** With the workloads that are applied first. */
  private Scene withApplied(Scene scene) {
    var all = new TreeSet<>(scene.workloads());
    all.addAll(workloads());
    return new Scene(scene.machines(), scene.servers(), scene.leader(), List.copyOf(all));
  }

  /** With the instances that there will be, nowhere yet. */
  private List<Instance> withApplied(List<Instance> running) {
    var all = new ArrayList<>(running);
    var known = new TreeSet<String>();
    running.forEach(each -> known.add(each.getWorkload()));
    for (var each : Manifests.read(source, scenario.apply(), "default")) {
      if (each instanceof Declaration.OfWorkload declared && !known.contains(each.name())) {
        for (int i = 0; i < Math.max(1, declared.message().getReplicas()); i++) {
          var slot = each.name() + "-" + i;
          all.add(Instance.newBuilder().setWorkload(each.name()).setSlot(slot).build());
        }
      }
    }
    return all;
  }

  private void rehearseOwn(Scenario.Own own, List<String> told) {
    told.add("cluster: " + LabVenue.words(own.nodes()));
    var nodes = LabVenue.names(own.nodes());
    var rehearsal =
        Rehearsal.of(
            scenario, new Scene(nodes, nodes, "", workloads()), withApplied(List.of()), seed);
    told.addAll(rehearsal.told(scenario, false));
    told.add(radius(rehearsal));
  }

  private String radius(Rehearsal rehearsal) {
    var limit =
        scenario.limits().blastRadius().map(each -> "; allowed: " + each).orElse("; no limit");
    return "blast radius: " + rehearsal.worst() + limit;
  }

  /** Why it cannot be played there; "" if it can. */
  private String refusal(Venue venue) {
    var able = venue.injector().able();
    var missing = new TreeSet<FaultKind>();
    scenario.faults().forEach(each -> missing.add(each.fault().kind()));
    missing.removeAll(able);
    return missing.isEmpty() ? "" : venue.refusal(missing);
  }

  /** The same where a node does not say what it allows: then it is that. */
  private String refusalAsTold(Venue venue) {
    try {
      return refusal(venue);
    } catch (Failure silent) {
      return String.valueOf(silent.getMessage());
    }
  }

  RunReport play(Ending ending) {
    var limit = Executors.newSingleThreadScheduledExecutor(Staging::thread);
    var unused =
        limit.schedule(
            () ->
                ending.end(
                    Cause.TIME,
                    "its limit of " + Fields.words(scenario.limits().time()) + " is over"),
            scenario.limits().time().toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      teller.accept("making ready: " + ListCommand.words(scenario.cluster()));
      try (var venue = venue()) {
        return play(venue, ending);
      }
    } finally {
      limit.shutdownNow();
    }
  }

  private static Thread thread(Runnable work) {
    var thread = new Thread(work, "limit");
    thread.setDaemon(true);
    return thread;
  }

  private RunReport play(Venue venue, Ending ending) {
    var refused = refusal(venue);
    if (!refused.isEmpty()) {
      throw new Failure(ExitCode.DENIED, refused + "; nothing was done");
    }
    try (var client = venue.client(CALLS_WITHIN)) {
      var changes = new Changes(client, venue.namespace(), source);
      changes.apply(scenario.apply());
      awaitReady(client, venue.namespace(), ending);
      if (scenario.cluster() instanceof Scenario.Attached) {
        withinRadius(venue, changes);
      }
      return new Game(scenario, seed, venue, changes, ending, teller).play();
    }
  }

  private void withinRadius(Venue venue, Changes changes) {
    var rehearsal = Rehearsal.of(scenario, venue.injector().scene(), changes.instances(), seed);
    scenario
        .limits()
        .blastRadius()
        .filter(radius -> !radius.allows(rehearsal.worst()))
        .ifPresent(
            radius -> {
              throw Failure.error(
                  "%s would be struck, and limits.blastRadius is %s; nothing was done"
                      .formatted(rehearsal.worst(), radius));
            });
  }

  private void awaitReady(RegrowClient client, String namespace, Ending ending) {
    var applied = workloads();
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (ending.reason().isEmpty()) {
      var unready =
          Paging.workloads(client, Scope.of(namespace)).getItemsList().stream()
              .filter(each -> applied.contains(each.getName()))
              .filter(each -> !Observing.isAsDeclared(each))
              .findFirst();
      if (unready.isEmpty()) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new Failure(ExitCode.TIMED_OUT, late(unready.get()));
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private static String late(Workload unready) {
    var status = unready.getStatus();
    return "%s is not ready after %s: %d of %d ready%s; nothing was done\nsee why: regrow explain %s"
        .formatted(
            unready.getName(),
            Fields.words(READY_WITHIN),
            status.getReady(),
            status.getDesired(),
            status.getMessage().isEmpty() ? "" : "; " + status.getMessage(),
            unready.getName());
  }
}
