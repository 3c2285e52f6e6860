package dev.regrow.chaos.fault;

import dev.regrow.chaos.fault.Injector.Injection;
import dev.regrow.chaos.fault.Injector.NotNow;
import dev.regrow.chaos.fault.Plan.Planned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Plays a plan against whoever can inject it, in time, and tells what happened. However it ends,
 * every fault that is in place is taken away first, the last one first.
 */
public final class Playing {

  /** Time, as the player sees it. */
  public interface Pace {

    /** Since the beginning. */
    Duration now();

    /**
     * Waits until that long after the beginning; at once when it has passed.
     *
     * @return false: the plan is to be given up
     */
    boolean until(Duration time);
  }

  /** What is told, on the player's thread. */
  public interface Listener {

    /**
     * It is in place.
     *
     * @param number of the fault in the plan, from 0
     */
    void begun(int number, Fault fault, Duration at, String done);

    /** It was taken away. */
    void ended(int number, Fault fault, Duration at);

    /** It was refused for the moment, or could not be aimed; the plan goes on. */
    void skipped(int number, Fault fault, Duration at, String why);
  }

  private static final class Active {
    final int number;
    final Fault fault;
    final Duration until;
    final Injection injection;

    Active(int number, Fault fault, Duration until, Injection injection) {
      this.number = number;
      this.fault = fault;
      this.until = until;
      this.injection = injection;
    }
  }

  private final Plan plan;
  private final Injector injector;
  private final Listener listener;
  private final Pace pace;
  private final RandomGenerator random;
  private final List<Active> active = new ArrayList<>();

  private Playing(
      Plan plan, Injector injector, Listener listener, Pace pace, RandomGenerator random) {
    this.plan = plan;
    this.injector = injector;
    this.listener = listener;
    this.pace = pace;
    this.random = random;
  }

  /**
   * Plays it to the end of its last fault, on this thread.
   *
   * @param random draws whom words mean
   * @return whether all of it was played; false: {@code pace} gave it up
   */
  public static boolean play(
      Plan plan, Injector injector, Listener listener, Pace pace, RandomGenerator random) {
    var playing = new Playing(plan, injector, listener, pace, random);
    try {
      return playing.play();
    } finally {
      playing.endAll();
    }
  }

  private boolean play() {
    for (int number = 0; number < plan.faults().size(); number++) {
      var planned = plan.faults().get(number);
      if (!endUntil(planned.at()) || !pace.until(planned.at())) {
        return false;
      }
      begin(number, planned);
    }
    return endUntil(Duration.ofMillis(Long.MAX_VALUE));
  }

  private void begin(int number, Planned planned) {
    try {
      var fault =
          Aiming.isAimed(planned.fault())
              ? planned.fault()
              : Aiming.aim(planned.fault(), injector.scene(), random);
      var injection = injector.inject(fault);
      var at = pace.now();
      listener.begun(number, fault, at, injection.done());
      active.add(new Active(number, fault, at.plus(fault.lasts()), injection));
    } catch (NotNow | FaultException refused) {
      listener.skipped(
          number,
          planned.fault(),
          pace.now(),
          Optional.ofNullable(refused.getMessage()).orElse(""));
    }
  }

  /** Ends, each at its time, what ends by then. */
  private boolean endUntil(Duration time) {
    for (var first = first(); first != null && first.until.compareTo(time) <= 0; first = first()) {
      if (!pace.until(first.until)) {
        return false;
      }
      end(first);
    }
    return true;
  }

  private @Nullable Active first() {
    return active.stream().min((a, b) -> a.until.compareTo(b.until)).orElse(null);
  }

  private void end(Active ending) {
    active.remove(ending);
    ending.injection.undo();
    listener.ended(ending.number, ending.fault, pace.now());
  }

  private void endAll() {
    RuntimeException failure = null;
    while (!active.isEmpty()) {
      try {
        end(active.get(active.size() - 1));
      } catch (RuntimeException failed) {
        if (failure == null) {
          failure = failed;
        } else {
          failure.addSuppressed(failed);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
