package dev.regrow.actors.instance;

import dev.regrow.runtime.Ended;
import dev.regrow.runtime.RuntimeFailure;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the machine could not do, as the end of an attempt. */
final class StartFailures {

  private static final Logger LOG = LoggerFactory.getLogger(StartFailures.class);

  private StartFailures() {}

  static Ended endOf(Throwable failure, Instant now) {
    var cause = failure instanceof CompletionException ? failure.getCause() : failure;
    boolean image = cause instanceof RuntimeFailure known && known.isOfImage();
    var reason = image ? Ended.Reason.IMAGE_PULL_FAILED : Ended.Reason.START_FAILED;
    return new Ended(null, null, reason, messageOf(failure), now);
  }

  /** The runtime broke its promise that an end is always known. */
  static Ended lost(Throwable failure, Instant now) {
    return new Ended(null, null, Ended.Reason.SHIM_LOST, messageOf(failure), now);
  }

  private static String messageOf(Throwable failure) {
    var cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (!(cause instanceof RuntimeFailure)) {
      LOG.error("the node runtime failed in a way it does not declare", cause);
    }
    @Nullable String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
