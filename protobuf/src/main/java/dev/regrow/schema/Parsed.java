package dev.regrow.schema;

import com.google.protobuf.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a text turned out to be: a value, or everything that is wrong with it.
 *
 * @param value present exactly when the verdict is {@link Verdict#OK}
 * @param violations empty exactly when the verdict is {@link Verdict#OK}; at most {@link
 *     Schema#MAX_VIOLATIONS}
 */
public record Parsed<T extends Message>(
    Verdict verdict, @Nullable T value, List<Violation> violations) {

  static <T extends Message> Parsed<T> of(T value) {
    return new Parsed<>(Verdict.OK, value, List.of());
  }

  static <T extends Message> Parsed<T> refused(Verdict verdict, List<Violation> violations) {
    return new Parsed<>(verdict, null, List.copyOf(violations));
  }

  public boolean ok() {
    return verdict == Verdict.OK;
  }

  /**
   * The value.
   *
   * @throws InvalidObjectException naming every violation, if there is none
   */
  public T orThrow() {
    if (value == null) {
      throw new InvalidObjectException(verdict, violations);
    }
    return value;
  }
}
