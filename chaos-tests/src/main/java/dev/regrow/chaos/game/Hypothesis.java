package dev.regrow.chaos.game;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One claim of a scenario. */
public sealed interface Hypothesis {

  /** In words. */
  String claim();

  /** Whether the run ends as soon as it is broken. */
  boolean abort();

  /**
   * Somebody who asks again and again is answered.
   *
   * @param name of whom is asked
   * @param within what comes later counts as not answered
   * @param percent so many of the answers must be good
   * @param maxGap nobody is without a good answer for longer
   */
  record Answers(
      String claim,
      String name,
      Question question,
      Duration every,
      Duration within,
      double percent,
      Optional<Duration> maxGap,
      boolean abort)
      implements Hypothesis {}

  /** So many instances of a workload are ready at every moment. */
  record Ready(String claim, String workload, int atLeast, boolean abort) implements Hypothesis {}

  /**
   * So long after the last fault all is as declared, and stays so.
   *
   * @param workload empty: every workload of the namespace
   */
  record Converges(String claim, Optional<String> workload, Duration within) implements Hypothesis {
    @Override
    public boolean abort() {
      return false;
    }
  }

  /** What a probe asks. */
  sealed interface Question {}

  /**
   * GET.
   *
   * @param url its host may be a node's name, or {@code any}, see {@link Asker}
   * @param status the one that is good; 0: 200 to 399
   */
  record Http(String url, int status) implements Question {
    @Override
    public String toString() {
      return url;
    }
  }

  /** A connection. */
  record Tcp(String host, int port) implements Question {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /** A command on this machine; good is exit code 0. */
  record Exec(List<String> command) implements Question {
    public Exec {
      command = List.copyOf(command);
    }

    @Override
    public String toString() {
      return String.join(" ", command);
    }
  }
}
