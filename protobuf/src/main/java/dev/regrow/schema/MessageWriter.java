package dev.regrow.schema;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import dev.regrow.v1.Format;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a message as CONTRACT.md shows it: fields in the order of declaration, maps sorted,
 * nothing left out because it is zero or empty, null for what is absent, and of a oneof the one
 * that is set.
 */
final class MessageWriter {
  private final Sink sink;

  MessageWriter(Sink sink) {
    this.sink = sink;
  }

  void write(Message message) {
    MessagePlan plan = MessagePlan.of(message.getDescriptorForType());
    sink.beginObject(plan.fields().isEmpty());
    for (FieldPlan field : plan.fields()) {
      field(plan, field, message);
    }
    sink.endObject();
  }

  private void field(MessagePlan plan, FieldPlan field, Message message) {
    FieldDescriptor descriptor = field.field();
    boolean absent = descriptor.hasPresence() && !message.hasField(descriptor);
    if (absent && descriptor.getRealContainingOneof() != null) {
      return;
    }
    sink.key(field.name());
    if (absent) {
      sink.literal("null");
    } else if (field.isMap()) {
      map(field, plan.objectsIn(field), message);
    } else if (field.isList()) {
      List<?> elements = (List<?>) message.getField(descriptor);
      sink.beginList(elements.isEmpty());
      elements.forEach(element -> value(field, element));
      sink.endList();
    } else {
      value(field, message.getField(descriptor));
    }
  }

  private void map(FieldPlan field, @Nullable FieldPlan objects, Message message) {
    Map<String, Runnable> sorted = new TreeMap<>();
    entries(field, message, sorted);
    if (objects != null) {
      entries(objects, message, sorted);
    }
    sink.beginObject(sorted.isEmpty());
    sorted.forEach(
        (key, value) -> {
          sink.key(key);
          value.run();
        });
    sink.endObject();
  }

  private void entries(FieldPlan field, Message message, Map<String, Runnable> into) {
    for (Object pair : (List<?>) message.getField(field.field())) {
      MapEntry<?, ?> entry = (MapEntry<?, ?>) pair;
      into.put((String) entry.getKey(), () -> value(field, entry.getValue()));
    }
  }

  private void value(FieldPlan field, Object value) {
    switch (field.value().getJavaType()) {
      case MESSAGE -> write((Message) value);
      case STRING -> sink.text((String) value);
      case BOOLEAN -> sink.literal(value.toString());
      case INT, LONG -> number(field.format(), ((Number) value).longValue());
      case DOUBLE -> sink.literal(real((Double) value));
      case ENUM ->
          textOrNull(
              EnumNames.of(field.enumType()).text(((EnumValueDescriptor) value).getNumber()));
      case BYTE_STRING ->
          sink.text(Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
      case FLOAT -> throw new IllegalStateException("no mapping: " + field.field());
    }
  }

  private void number(Format format, long value) {
    if (format == Format.TIMESTAMP && value == 0) {
      sink.literal("null");
    } else if (Quantities.hasUnit(format)) {
      sink.text(Quantities.write(format, value));
    } else {
      sink.literal(Long.toString(value));
    }
  }

  private static String real(double value) {
    if (!Double.isFinite(value)) {
      return "null";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private void textOrNull(@Nullable String text) {
    if (text == null) {
      sink.literal("null");
    } else {
      sink.text(text);
    }
  }
}
