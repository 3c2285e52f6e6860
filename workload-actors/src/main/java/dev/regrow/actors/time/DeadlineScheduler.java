package dev.regrow.actors.time;

import com.typesafe.config.Config;
import java.io.Closeable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.Scheduler;
import org.apache.pekko.event.LoggingAdapter;
import org.jspecify.annotations.Nullable;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * An actor system's timers, which sleep until the next one is due.
 *
 * <p>Pekko's own scheduler wakes on every tick of a wheel, due or not: two actor systems with ticks
 * of some 20 ms were a third of an idle node's CPU time, and rounded every delay up to a tick. This
 * one keeps a heap of deadlines: a timer costs O(log n) to set or cancel, is precise to well below
 * a millisecond, and an idle one costs nothing. What repeats with a fixed delay falls on {@link
 * Beats} that all such timers of the process share, so that one wake does for many.
 */
public final class DeadlineScheduler extends AbstractScheduler implements Closeable {

  /**
   * Pekko Cluster makes a wheel of its own beside any scheduler that is coarser than it asks for.
   */
  private static final double PER_SECOND = 1000;

  /**
   * Pekko Cluster wraps any scheduler and passes only single timers on: its repeated ones come as
   * these. Were they not recognized, they would only each wake this thread.
   */
  private static final String REPEATED_BY_PEKKO =
      "org.apache.pekko.actor.Scheduler$$anon$1$$anon$2";

  private static final ExecutionContext HERE = ExecutionContext.fromExecutor(Runnable::run);

  private final LoggingAdapter log;
  private final ScheduledThreadPoolExecutor deadlines;
  private final Beats beats;

  /** What the system's end must not drop: it brings forward what was left for later. */
  private final Set<Task> owedAtTheEnd = ConcurrentHashMap.newKeySet();

  /** Called by Pekko, by reflection, with exactly these. */
  public DeadlineScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {
    this.log = log;
    deadlines = new ScheduledThreadPoolExecutor(1, threads);
    deadlines.setRemoveOnCancelPolicy(true);
    deadlines.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    deadlines.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    beats = new Beats(deadlines);
  }

  @Override
  public Cancellable scheduleOnce(
      FiniteDuration delay, Runnable runnable, ExecutionContext executor) {
    if (runnable.getClass().getName().equals(REPEATED_BY_PEKKO)) {
      return onABeat(delay, runnable, executor);
    }
    var task = new Task(runnable, executor, false);
    if (runnable instanceof Scheduler.TaskRunOnClose) {
      owedAtTheEnd.add(task);
    }
    set(task, () -> forgetting(deadlines.schedule(task, nanos(delay), TimeUnit.NANOSECONDS)));
    return task;
  }

  private Cancellable onABeat(FiniteDuration delay, Runnable runnable, ExecutionContext executor) {
    var task = new Task(runnable, HERE, false); // The beat hands it to its executor.
    set(task, () -> beats.add(Math.max(1, delay.toNanos()), executor, task));
    return task;
  }

  /**
   * Starts after exactly the initial delay, and goes on with the beats: the gap between two runs is
   * the delay, up to half a second more or an eighth of one less.
   */
  @Override
  public Cancellable scheduleWithFixedDelay(
      FiniteDuration initialDelay,
      FiniteDuration delay,
      Runnable runnable,
      ExecutionContext executor) {
    var repeated = new Repeated(runnable, executor, beats, Math.max(1, delay.toNanos()));
    repeated.startWith(scheduleOnce(initialDelay, repeated, executor));
    return repeated;
  }

  /** Fixed rate. Deprecated for callers, yet what Pekko's own fixed-rate timers come down to. */
  @Override
  @Deprecated
  public Cancellable schedule(
      FiniteDuration initialDelay,
      FiniteDuration interval,
      Runnable runnable,
      ExecutionContext executor) {
    var task = new Task(runnable, executor, true);
    long every = Math.max(1, interval.toNanos());
    set(
        task,
        () ->
            forgetting(
                deadlines.scheduleAtFixedRate(
                    task, nanos(initialDelay), every, TimeUnit.NANOSECONDS)));
    return task;
  }

  @Override
  public double maxFrequency() {
    return PER_SECOND;
  }

  /** For tests of what beats together. */
  boolean waitsForABeat() {
    return beats.hasTimers();
  }

  /** Drops what is not due, except the tasks that ask to be run at the end: those run now. */
  @Override
  public void close() {
    deadlines.shutdownNow();
    owedAtTheEnd.forEach(Task::run);
  }

  private interface Setting {

    /** Returns what makes the timer forgotten. */
    Runnable set();
  }

  private static Runnable forgetting(Future<?> due) {
    return () -> due.cancel(false);
  }

  private void set(Task task, Setting setting) {
    try {
      task.forgottenBy(setting.set());
    } catch (RejectedExecutionException ended) {
      owedAtTheEnd.remove(task);
      throw new SystemEnded(ended);
    }
  }

  private static long nanos(FiniteDuration delay) {
    return Math.max(0, delay.toNanos());
  }

  /** Hands its work to its executor when due. */
  private final class Task implements Runnable, Cancellable {

    private final Runnable work;
    private final ExecutionContext executor;
    private final boolean again;

    private enum State {
      WAITING,
      DONE,
      CANCELLED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private volatile @Nullable Runnable forget;

    Task(Runnable work, ExecutionContext executor, boolean again) {
      this.work = work;
      this.executor = executor;
      this.again = again;
    }

    void forgottenBy(Runnable forgetIt) {
      forget = forgetIt;
      if (state.get() == State.CANCELLED) {
        forgetIt.run();
      }
    }

    @Override
    public void run() {
      if (again ? isCancelled() : !state.compareAndSet(State.WAITING, State.DONE)) {
        return;
      }
      owedAtTheEnd.remove(this);
      try {
        executor.execute(again ? this::workUnlessCancelled : work);
      } catch (RuntimeException refused) {
        // The timers of everybody else go on.
        log.error(refused, "a timer's work was refused by its executor");
      }
    }

    /** Work that throws is not repeated, as with Pekko's own scheduler. */
    private void workUnlessCancelled() {
      if (isCancelled()) {
        return;
      }
      try {
        work.run();
      } catch (RuntimeException failed) {
        cancel();
        throw failed;
      }
    }

    @Override
    public boolean cancel() {
      if (!state.compareAndSet(State.WAITING, State.CANCELLED)) {
        return false;
      }
      owedAtTheEnd.remove(this);
      var forgetIt = forget;
      if (forgetIt != null) {
        forgetIt.run();
      }
      return true;
    }

    @Override
    public boolean isCancelled() {
      return state.get() == State.CANCELLED;
    }
  }
}
