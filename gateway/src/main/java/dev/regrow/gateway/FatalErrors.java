package dev.regrow.gateway;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What no thread has caught. A JVM without memory or with broken classes cannot be trusted to heal
 * anything: it ends at once, to be started again, and the instances live on.
 */
final class FatalErrors {

  private static final Logger LOG = LoggerFactory.getLogger(FatalErrors.class);
  private static final int EXIT_CODE = 70;

  private FatalErrors() {}

  static void install() {
    Thread.setDefaultUncaughtExceptionHandler(FatalErrors::caught);
  }

  private static void caught(Thread thread, Throwable failure) {
    if (failure instanceof VirtualMachineError) {
      // Before anything that needs memory; no hooks, as they may hang.
      System.err.println("regrow node: " + failure + ": this JVM ends, to be started again");
      Runtime.getRuntime().halt(EXIT_CODE);
    }
    LOG.error("A bug ended the thread {}", thread.getName(), failure);
  }
}
