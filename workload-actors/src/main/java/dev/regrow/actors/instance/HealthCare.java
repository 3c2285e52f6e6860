package dev.regrow.actors.instance;

import dev.regrow.actors.health.Checks;
import dev.regrow.actors.health.Checks.Kind;
import dev.regrow.actors.health.HealthMachine;
import dev.regrow.actors.health.HealthMachine.Effect;
import dev.regrow.actors.instance.InstanceSupervisor.Command;
import dev.regrow.actors.instance.InstanceSupervisor.ProbeAnswered;
import dev.regrow.actors.instance.InstanceSupervisor.ProbeDue;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.RunningInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/** Asks the probes of one attempt, when it was decided to, one question each at a time. */
final class HealthCare {

  private final ActorContext<Command> context;
  private final TimerScheduler<Command> timers;
  private final NodeClock clock;
  private final RunningInstance process;

  private HealthMachine.@Nullable State state;
  private final Set<Kind> asked = EnumSet.noneOf(Kind.class);

  /** Of questions that repeat: such timers fall together with all others of the node. */
  private final Map<Kind, Duration> repeated = new EnumMap<>(Kind.class);

  HealthCare(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      NodeClock clock,
      RunningInstance process) {
    this.context = context;
    this.timers = timers;
    this.clock = clock;
    this.process = process;
  }

  /** It runs from now on. */
  void begin(Checks checks) {
    end();
    carryOut(HealthMachine.begin(checks, clock.bootNanos()));
  }

  /** It began some time ago. */
  void takeOver(Checks checks) {
    boolean ready = isReady();
    end();
    carryOut(HealthMachine.takeOver(checks, ready, clock.bootNanos()));
  }

  /** Nothing is asked any more. */
  void end() {
    for (var kind : Kind.values()) {
      timers.cancel(kind);
    }
    repeated.clear();
    asked.clear();
    state = null;
  }

  boolean isReady() {
    return state == null || state.ready();
  }

  void due(ProbeDue due) {
    if (process.attempt() == due.attempt()) {
      ask(due.kind());
    }
  }

  /** Returns what follows for the instance. */
  List<Effect> answered(ProbeAnswered answer) {
    if (state == null || process.attempt() != answer.attempt()) {
      return List.of();
    }
    asked.remove(answer.kind());
    return carryOut(
        HealthMachine.answered(state, answer.kind(), answer.outcome(), clock.bootNanos()));
  }

  private List<Effect> carryOut(HealthMachine.Step step) {
    state = step.state();
    List<Effect> rest = new ArrayList<>();
    for (var effect : step.effects()) {
      if (effect instanceof Effect.Ask ask) {
        askLater(ask);
      } else {
        rest.add(effect);
      }
    }
    for (var kind : Kind.values()) {
      if (!step.state().tracks().containsKey(kind)) {
        timers.cancel(kind);
        repeated.remove(kind);
      }
    }
    return rest;
  }

  private void askLater(Effect.Ask ask) {
    var kind = ask.kind();
    if (ask.after().isZero()) {
      ask(kind);
    } else if (!ask.after().equals(intervalOf(kind))) {
      repeated.remove(kind);
      timers.startSingleTimer(kind, due(kind), ask.after());
    } else if (!ask.after().equals(repeated.put(kind, ask.after()))) {
      timers.startTimerWithFixedDelay(kind, due(kind), ask.after());
    }
  }

  private @Nullable Duration intervalOf(Kind kind) {
    return state == null ? null : state.checks().get(kind).map(Checks.Check::interval).orElse(null);
  }

  private ProbeDue due(Kind kind) {
    return new ProbeDue(process.attempt(), kind);
  }

  private void ask(Kind kind) {
    var check = state == null ? null : state.checks().get(kind).orElse(null);
    if (check == null || !asked.add(kind)) {
      return; // The last question is not answered yet.
    }
    context.pipeToSelf(
        process.probe(check.probe(), check.timeout()),
        (outcome, failure) ->
            new ProbeAnswered(
                process.attempt(),
                kind,
                failure == null ? outcome : Probe.Outcome.failed(failure.toString())));
  }
}
