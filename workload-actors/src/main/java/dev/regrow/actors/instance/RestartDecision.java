package dev.regrow.actors.instance;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.v1.Backoff;
import dev.regrow.v1.RestartPolicy;
import java.time.Duration;

/** Whether an instance that ended runs again, and when. */
public sealed interface RestartDecision {

  /**
   * It starts again.
   *
   * @param streak how many restarts in a row this one makes, without running well between
   */
  record Restart(Duration after, int streak) implements RestartDecision {}

  /** It does not start again. */
  record Over(boolean failed) implements RestartDecision {}

  /**
   * Decides on the end of an attempt.
   *
   * @param failed whether it ended badly; a launch that failed did
   * @param streak restarts in a row before this end
   * @param ranFor how long the attempt ran; zero for a launch that failed
   */
  static RestartDecision decide(RestartPolicy policy, boolean failed, int streak, Duration ranFor) {
    boolean again =
        switch (policy.getPolicy()) {
          case ALWAYS -> true;
          case ON_FAILURE -> failed;
          case NEVER, UNRECOGNIZED -> false;
        };
    if (!again) {
      return new Over(failed);
    }
    var backoff = policy.getBackoff();
    boolean ranWell = !ranFor.isZero() && ranFor.toMillis() >= backoff.getResetAfter();
    int earlier = ranWell ? 0 : streak;
    return new Restart(
        wait(backoff, earlier), earlier == Integer.MAX_VALUE ? earlier : earlier + 1);
  }

  /**
   * How long an attempt ran. What ended while no agent looked ran shorter than we could see; a
   * stepped wall clock only ever shortens the time, so an instance is never taken to have run well
   * when it did not.
   *
   * @param bootNanos now, CLOCK_BOOTTIME
   */
  static Duration ranFor(RunningInstance process, Ended ended, long bootNanos) {
    long known = bootNanos - process.startedAtBoottimeNanos();
    var said = Duration.between(process.startedAt(), ended.finishedAt());
    var shorter = said.isNegative() || said.toNanos() > known ? Duration.ofNanos(known) : said;
    return shorter.isNegative() ? Duration.ZERO : shorter;
  }

  /** The first restart waits {@code initial}, later ones base x factor^n, up to max. */
  private static Duration wait(Backoff backoff, int earlier) {
    if (earlier == 0) {
      return Duration.ofMillis(backoff.getInitial());
    }
    double base = Math.max(1, backoff.getBase());
    double factor = Math.max(1, backoff.getFactor());
    double millis = base * Math.pow(factor, earlier - 1.0);
    return Duration.ofMillis((long) Math.min(millis, (double) Math.max(1, backoff.getMax())));
  }
}
