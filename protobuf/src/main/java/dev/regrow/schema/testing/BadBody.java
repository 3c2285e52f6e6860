package dev.regrow.schema.testing;

import dev.regrow.schema.Syntax;
import dev.regrow.schema.Verdict;
import java.nio.charset.StandardCharsets;

/**
 * A body for {@code PUT /v1/namespaces/default/workloads/web} that must be refused.
 *
 * @param name says what is wrong with it
 * @param verdict how it must be refused; its HTTP status is {@link Verdict#httpStatus()}
 * @param field that the refusal must name among its errors; "" is the body as a whole
 */
public record BadBody(String name, Syntax syntax, byte[] body, Verdict verdict, String field) {

  static BadBody of(String name, Syntax syntax, String body, Verdict verdict, String field) {
    return new BadBody(name, syntax, body.getBytes(StandardCharsets.UTF_8), verdict, field);
  }

  /** As for {@code Content-Type}. */
  public String mediaType() {
    return syntax == Syntax.JSON ? "application/json" : "application/yaml";
  }

  @Override
  public String toString() {
    return syntax + " " + name;
  }
}
