package dev.regrow.chaos.fault;

import java.util.List;
import java.util.stream.Collectors;

/** A text that is no fault, with everything that is wrong with it. */
public final class FaultException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * One mistake.
   *
   * @param field where, as {@code for}
   * @param message what is wrong and what to write instead
   */
  public record Mistake(String field, String message) {
    @Override
    public String toString() {
      return field + ": " + message;
    }
  }

  private final transient List<Mistake> mistakes;

  public FaultException(List<Mistake> mistakes) {
    super(mistakes.stream().map(Mistake::toString).collect(Collectors.joining("; ")));
    this.mistakes = List.copyOf(mistakes);
  }

  public List<Mistake> mistakes() {
    return mistakes;
  }
}
