package dev.regrow.schema;

import java.util.List;
import java.util.stream.Collectors;

/** Somebody wrote an object that is refused; the message has one line for each violation. */
public final class InvalidObjectException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Verdict verdict;
  private final transient List<Violation> violations;

  InvalidObjectException(Verdict verdict, List<Violation> violations) {
    super(violations.stream().map(Violation::toString).collect(Collectors.joining("\n")));
    this.verdict = verdict;
    this.violations = violations;
  }

  public Verdict verdict() {
    return verdict;
  }

  public List<Violation> violations() {
    return violations;
  }
}
