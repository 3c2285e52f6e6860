package dev.regrow.core.model;

import org.jspecify.annotations.Nullable;

/**
 * How an instance ended for good.
 *
 * @param exitCode null when a signal or the launcher ended it
 * @param signal its name without SIG, or ""
 * @param reason one word as in the contract: Completed, Error, OOMKilled, ...; "" when unknown
 * @param startedAt milliseconds since 1970; 0: never started
 * @param finishedAt milliseconds since 1970; 0: unknown
 */
public record End(
    @Nullable Integer exitCode, String signal, String reason, long startedAt, long finishedAt) {

  public boolean succeeded() {
    return exitCode != null && exitCode == 0;
  }
}
