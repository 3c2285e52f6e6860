package dev.regrow.core.store.raft;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** What failed, without what futures wrap around it. */
final class Failures {

  private Failures() {}

  static @Nullable Throwable cause(@Nullable Throwable failure) {
    Throwable at = failure;
    while ((at instanceof CompletionException || at instanceof ExecutionException)
        && at.getCause() != null) {
      at = at.getCause();
    }
    return at;
  }
}
