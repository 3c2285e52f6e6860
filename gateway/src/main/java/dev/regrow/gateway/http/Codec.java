package dev.regrow.gateway.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.regrow.schema.Parsed;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import dev.regrow.schema.Violation;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Objects to and from bytes, by the one schema. */
final class Codec {

  private Codec() {}

  static byte[] write(Message message, Format format) {
    return switch (format) {
      case JSON -> Schema.toJsonBytes(message);
      case YAML -> Schema.toYaml(message).getBytes(StandardCharsets.UTF_8);
      case PROTOBUF -> message.toByteArray();
      case EVENT_STREAM, PLAIN ->
          throw new IllegalStateException(format + " is for streams, not for one object");
    };
  }

  /** Reads and judges a body, without defaults; refuses with 400, 413, 415 or 422. */
  static <T extends Message> T read(T type, Body body) {
    if (body.readable() == Format.PROTOBUF) {
      return readProtobuf(type, body.bytes());
    }
    var syntax = body.readable() == Format.YAML ? Syntax.YAML : Syntax.JSON;
    Parsed<T> parsed = Schema.parse(type, body.bytes(), syntax);
    return switch (parsed.verdict()) {
      case OK -> parsed.orThrow();
      case MALFORMED -> throw refused(400, "malformed", parsed.violations());
      case TOO_LARGE -> throw refused(413, "too-large", parsed.violations());
      case INVALID -> throw refused(422, "invalid", parsed.violations());
    };
  }

  private static <T extends Message> T readProtobuf(T type, byte[] bytes) {
    T value;
    try {
      @SuppressWarnings("unchecked") // A message's parser makes messages of its own type.
      T parsed = (T) type.getParserForType().parseFrom(bytes);
      value = parsed;
    } catch (InvalidProtocolBufferException e) {
      throw HttpProblem.malformed(
          "the body is no %s in Protobuf: %s"
              .formatted(type.getDescriptorForType().getName(), e.getMessage()));
    }
    if (!value.getUnknownFields().asMap().isEmpty()) {
      throw HttpProblem.invalid(
          "",
          "has fields that this release does not know: numbers "
              + value.getUnknownFields().asMap().keySet());
    }
    var violations = Schema.violations(value);
    if (!violations.isEmpty()) {
      throw refused(422, "invalid", violations);
    }
    return value;
  }

  private static HttpProblem refused(int status, String kind, List<Violation> violations) {
    var first = violations.get(0).toString();
    var more = violations.size() > 1 ? " (and %d more)".formatted(violations.size() - 1) : "";
    return HttpProblem.of(
        status, kind, first + more, violations.stream().map(Violation::toFieldError).toList());
  }
}
