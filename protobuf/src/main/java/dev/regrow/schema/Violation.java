package dev.regrow.schema;

import dev.regrow.v1.FieldError;

/**
 * One thing that is wrong, where, and what to write instead.
 *
 * @param field a dotted path such as {@code instance.ports[1].port}; "" is the whole object
 * @param line from 1; 0 when unknown, as for what came as Protobuf
 * @param column from 1; 0 when unknown
 * @param message a clause for people that does not repeat the field
 */
public record Violation(String field, int line, int column, String message) {

  public FieldError toFieldError() {
    return FieldError.newBuilder()
        .setField(field)
        .setLine(line)
        .setColumn(column)
        .setMessage(message)
        .build();
  }

  /** As {@code 3:14: instance.resources.memory: "12Q" is not a size; ...}. */
  @Override
  public String toString() {
    String position = line > 0 ? line + ":" + column + ": " : "";
    return position + (field.isEmpty() ? "" : field + ": ") + message;
  }
}
