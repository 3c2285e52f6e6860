package dev.regrow.cli;

import java.io.IOException;
import java.util.logging.LogManager;

/**
 * Keeps libraries from logging on the user's terminal. The launcher names it to the JVM as its log
 * manager; without one the first logger reads the JDK's configuration and searches all jars for
 * logging backends, which took longer than asking the cluster.
 */
public final class NoLogging extends LogManager {

  /** There is none: as when it cannot be read, loggers stay as they are made, without handlers. */
  @Override
  public void readConfiguration() throws IOException {
    throw new IOException("a command has no configuration of logging");
  }
}
