package dev.regrow.runtime;

import java.util.List;

/** How to find out whether an instance is well. */
public sealed interface Probe {

  /** A GET in its network answers 200 to 399. */
  record Http(int port, String path) implements Probe {}

  /** A connection in its network is accepted. */
  record Tcp(int port) implements Probe {}

  /** A command inside, with the instance's own rights and limits, exits with 0. */
  record Exec(List<String> command) implements Probe {
    public Exec {
      command = List.copyOf(command);
    }
  }

  /**
   * What came out.
   *
   * @param message why not, if not well; a few words
   */
  record Outcome(boolean well, String message) {

    public static final Outcome WELL = new Outcome(true, "");

    public static Outcome failed(String why) {
      return new Outcome(false, why);
    }
  }
}
