package dev.regrow.cli.usage;

import java.io.IOException;

/** One command: declares what it understands, is told it, and runs. Made anew for each run. */
public interface Command {

  /** What it understands. Reading words against it fills the command in. */
  Usage usage();

  /**
   * Does it.
   *
   * @return the exit code
   */
  int run() throws IOException;
}
