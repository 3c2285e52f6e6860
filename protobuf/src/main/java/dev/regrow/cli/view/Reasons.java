package dev.regrow.cli.view;

import dev.regrow.v1.Instance;
import dev.regrow.v1.Reason;

/** Why an instance is as it is, in a few words. */
public final class Reasons {
  private Reasons() {}

  public static String of(Instance instance) {
    var words = new StringBuilder(Words.of(instance.getPhase()).text());
    if (instance.getReason() != Reason.NO_REASON) {
      words.append(", ").append(Words.of(instance.getReason()));
      if (instance.hasExitCode()) {
        words.append(" (exit code ").append(instance.getExitCode()).append(')');
      }
    } else if (instance.hasLast()) {
      words.append(", last: ").append(Tables.end(instance.getLast()));
    }
    return words.toString();
  }
}
