package dev.regrow.core.store.raft;

import java.util.Optional;
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

  /** Why only a newer release can go on; empty: that is not why it failed. */
  static Optional<String> outgrown(@Nullable Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof Outgrown known) {
        return Optional.of(String.valueOf(known.getMessage()));
      }
    }
    return Optional.empty();
  }

  /** What it says and, where it has another cause, what that says. */
  static String messages(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root == failure
        ? String.valueOf(failure.getMessage())
        : failure.getMessage() + ": " + root.getMessage();
  }
}
