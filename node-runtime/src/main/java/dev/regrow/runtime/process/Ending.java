package dev.regrow.runtime.process;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.Ended.Reason;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.cgroup.Counters;
import dev.regrow.runtime.state.Status;
import dev.regrow.runtime.state.Status.Exit;
import dev.regrow.runtime.state.Status.Killed;
import dev.regrow.runtime.syscall.Signal;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Decides why an attempt ended, from what its shim wrote and what its cgroup counted. */
final class Ending {

  private static final long MIB = 1 << 20;

  private Ending() {}

  /**
   * @param status null, or one without an end: the shim died
   * @param hits of its limits, by this attempt alone
   * @param now for an end that nobody stamped
   */
  static Ended of(
      @Nullable Status status, Counters hits, Limits limits, Duration grace, Instant now) {
    if (status == null || status.exit() == null || status.finishedAt() == null) {
      return new Ended(
          null, "KILL", Reason.SHIM_LOST, "its shim died, and all its processes with it", now);
    }
    var exit = status.exit();
    var signal = exit.signal() == null ? null : Signal.nameOf(exit.signal());
    return reason(exit, status.killed(), hits, limits, grace)
        .ended(exit.code(), signal, status.finishedAt());
  }

  private record Why(Reason reason, String message) {
    Ended ended(@Nullable Integer code, @Nullable String signal, Instant finishedAt) {
      return new Ended(code, signal, reason, message, finishedAt);
    }
  }

  private static Why reason(
      Exit exit, Killed killed, Counters hits, Limits limits, Duration grace) {
    return switch (killed) {
      case GRACE ->
          new Why(Reason.SIGNALED, "killed: it still ran after its grace of " + words(grace));
      case COMMAND -> new Why(Reason.SIGNALED, "killed by its node");
      case LEASE -> new Why(Reason.SIGNALED, "killed: its node could not renew its lease in time");
      case NONE -> byItself(exit, hits, limits);
    };
  }

  private static Why byItself(Exit exit, Counters hits, Limits limits) {
    if (exit.code() != null && exit.code() == 0) {
      return new Why(Reason.COMPLETED, "exited with code 0");
    }
    if (hits.oomKills() > 0) {
      return new Why(
          Reason.OOM_KILLED,
          "killed by the kernel: its memory limit of "
              + mebibytes(limits.memoryLimitBytes())
              + " was hit");
    }
    var how =
        exit.code() != null
            ? "exited with code " + exit.code()
            : "ended by signal " + Signal.nameOf(exit.signal() == null ? 0 : exit.signal());
    if (hits.pidsLimitHits() > 0) {
      return new Why(
          Reason.PIDS_LIMIT,
          how
              + " after its limit of "
              + limits.pids()
              + " processes was hit "
              + (hits.pidsLimitHits() == 1 ? "once" : hits.pidsLimitHits() + " times"));
    }
    return new Why(exit.code() != null ? Reason.ERROR : Reason.SIGNALED, how);
  }

  private static String mebibytes(long bytes) {
    return bytes % MIB == 0 ? bytes / MIB + "Mi" : bytes + " bytes";
  }

  private static String words(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
