package dev.regrow.actors.bootstrap;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes parts so that the failure of one does not keep the others open. */
final class Closing {

  private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

  private Closing() {}

  static void quietly(String what, AutoCloseable part) {
    try {
      part.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.warn("closing {} was interrupted", what);
    } catch (Exception e) {
      LOG.warn("{} did not close well: {}", what, e.getMessage());
    }
  }

  static Throwable causeOf(Throwable failure) {
    boolean wraps = failure instanceof CompletionException || failure instanceof ExecutionException;
    var cause = failure.getCause();
    return wraps && cause != null ? causeOf(cause) : failure;
  }
}
