package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.view.Troubles;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.LogQuery;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Event;
import dev.regrow.v1.Instance;
import dev.regrow.v1.Severity;
import dev.regrow.v1.Workload;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Waits until workloads are as declared, shows how far they are, and says why when they are not in
 * time.
 */
public final class Rollout {
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** Ready must hold that long: what ends at once is ready for a moment each time it is started. */
  private static final Duration HELD = Duration.ofMillis(300);

  private static final int LOG_LINES = 10;

  private final Terminal terminal;
  private final RegrowClient client;

  public Rollout(Terminal terminal, RegrowClient client) {
    this.terminal = terminal;
    this.client = client;
  }

  /** How far a workload is on its way. */
  enum State {
    UNDER_WAY,
    DONE,
    REVERTED,
    FAILED
  }

  /**
   * Whether a workload is as it was declared.
   *
   * @param target as it was when the change was made; its revision is the one to wait for
   */
  static State stateOf(Workload target, Workload now) {
    var status = now.getStatus();
    if (status.getObservedIndex() < target.getIndex()) {
      return State.UNDER_WAY;
    }
    boolean settled = status.getRevision() == now.getRevision();
    return switch (status.getPhase()) {
      case WORKLOAD_FAILED -> State.FAILED;
      case WORKLOAD_READY, WORKLOAD_COMPLETE -> settled ? State.DONE : State.UNDER_WAY;
      // A revert makes a revision of its own; one of before this change is no matter of ours.
      case WORKLOAD_REVERTED ->
          now.getRevision() > target.getRevision()
              ? State.REVERTED
              : settled ? State.DONE : State.UNDER_WAY;
      default -> State.UNDER_WAY;
    };
  }

  /**
   * Waits for all of them. Ctrl-C leaves them to go on.
   *
   * @param targets as the cluster answered when they were changed
   * @throws Failure timed out, reverted or failed, saying why
   */
  public void await(List<Workload> targets, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    var detached = detachNotice(targets);
    try {
      for (var target : targets) {
        awaitOne(target, deadline, timeout);
      }
    } finally {
      terminal.clearProgress();
      detached.set(false);
    }
  }

  private void awaitOne(Workload target, long deadline, Duration timeout) {
    long doneSince = 0;
    while (true) {
      var now = client.send(Calls.workload(target.getNamespace(), target.getName()));
      switch (stateOf(target, now)) {
        case DONE -> {
          doneSince = doneSince == 0 ? System.nanoTime() : doneSince;
          if (System.nanoTime() - doneSince >= HELD.toNanos()) {
            return;
          }
        }
        case REVERTED ->
            throw new Failure(
                ExitCode.ROLLED_BACK,
                name(target)
                    + " was rolled back: "
                    + sentence(now)
                    + whatFailed(target)
                    + "\nsee the whole story: regrow explain "
                    + target.getName());
        case FAILED -> throw Failure.error(name(target) + " failed: " + sentence(now) + why(now));
        case UNDER_WAY -> doneSince = 0;
      }
      if (doneSince == 0 && System.nanoTime() > deadline) {
        throw new Failure(
            ExitCode.TIMED_OUT,
            name(target)
                + " is not ready after "
                + dev.regrow.cli.Durations.age(timeout)
                + ": "
                + state(now, why(now))
                + "\nit goes on; see the whole story: regrow explain "
                + target.getName());
      }
      terminal.progress(name(target) + ": " + state(now, ""));
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.error("interrupted");
    }
  }

  private AtomicBoolean detachNotice(List<Workload> targets) {
    var waiting = new AtomicBoolean(true);
    var first = targets.isEmpty() ? "NAME" : targets.get(0).getName();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (waiting.get()) {
                    terminal.say(
                        "detached: it goes on; wait again: regrow rollout status " + first);
                  }
                }));
    return waiting;
  }

  private static String name(Workload workload) {
    return workload.getNamespace() + "/" + workload.getName();
  }

  private static String figures(Workload now) {
    return now.getStatus().getReady() + "/" + now.getStatus().getDesired() + " ready";
  }

  private static String sentence(Workload now) {
    var status = now.getStatus();
    return status.getMessage().isEmpty() ? status.getReason() : status.getMessage();
  }

  /** How many are ready, and why not all: the cluster's sentence, unless we know better. */
  private static String state(Workload now, String why) {
    var figures = figures(now);
    if (!why.isEmpty()) {
      return figures + why;
    }
    var sentence = sentence(now);
    return sentence.startsWith(figures) || sentence.isEmpty()
        ? figures + sentence.substring(Math.min(figures.length(), sentence.length()))
        : figures + ", " + sentence;
  }

  /** The last thing that went wrong with an instance before the cluster gave the revision up. */
  private String whatFailed(Workload target) {
    try {
      var events = client.send(Calls.timeline(target.getNamespace(), target.getName()));
      Event failed = null;
      Event last = null;
      for (var event : events.getItemsList()) {
        if (event.getReason().equals("Reverting")) {
          failed = last;
        } else if (event.getSeverity() == Severity.WARNING && !event.getInstance().isEmpty()) {
          last = event;
        }
      }
      return failed == null
          ? ""
          : "; " + failed.getInstance() + ": " + failed.getReason() + ", " + failed.getMessage();
    } catch (ApiException e) {
      return " (its story cannot be asked for: " + e.getMessage() + ")";
    }
  }

  /**
   * The instances that are not ready, with their reasons, and the last lines of the first of them.
   */
  private String why(Workload now) {
    try {
      var troubled =
          client.send(Calls.instancesOf(now.getNamespace(), now.getName())).getItemsList().stream()
              .filter(instance -> !instance.getReady())
              .toList();
      return Troubles.words(troubled) + (troubled.isEmpty() ? "" : lastLines(troubled.get(0)));
    } catch (ApiException e) {
      return " (its instances cannot be asked: " + e.getMessage() + ")";
    }
  }

  private String lastLines(Instance instance) {
    var text = output(instance, false);
    if (text.isEmpty()) {
      text = output(instance, true);
    }
    return text.isEmpty()
        ? ""
        : "\nlast lines of "
            + instance.getId()
            + ":\n  "
            + String.join("\n  ", text.split("\n", -1));
  }

  /** "" when nothing of that attempt is kept, or it cannot be had. */
  private String output(Instance instance, boolean previous) {
    var query =
        new LogQuery(instance.getNamespace(), instance.getId(), false, LOG_LINES, previous, null);
    try (var log = client.logs(query)) {
      return log.readAll().stripTrailing();
    } catch (IOException | ApiException e) {
      return "";
    }
  }
}
