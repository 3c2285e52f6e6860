package dev.regrow.schema;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.regrow.v1.Rules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes every default of the options into a message. Doing it twice changes nothing. */
final class Defaults {
  private Defaults() {}

  static Message writtenInto(Message message) {
    Message.Builder result = message.toBuilder();
    MessagePlan plan = MessagePlan.of(message.getDescriptorForType());
    for (FieldPlan field : plan.fields()) {
      if (field.isMessage()) {
        nested(field, result);
      } else if (!field.field().isRepeated() && !field.isSetIn(result)) {
        Object value = defaultOf(field);
        if (value != null) {
          result.setField(field.field(), value);
        }
      }
    }
    for (FieldPlan field : plan.fields()) { // Now that the others have their defaults.
      String other = field.rules().getDefaultField();
      if (!other.isEmpty() && !field.isSetIn(result)) {
        FieldDescriptor from = message.getDescriptorForType().findFieldByName(other);
        result.setField(field.field(), result.getField(from));
      }
    }
    return result.build();
  }

  private static void nested(FieldPlan field, Message.Builder result) {
    FieldDescriptor descriptor = field.field();
    if (field.isList()) {
      List<?> elements = (List<?>) result.getField(descriptor);
      for (int i = 0; i < elements.size(); i++) {
        result.setRepeatedField(descriptor, i, writtenInto((Message) elements.get(i)));
      }
    } else if (result.hasField(descriptor)
        || MessagePlan.of(descriptor.getMessageType()).defaulted()) {
      result.setField(descriptor, writtenInto((Message) result.getField(descriptor)));
    }
  }

  private static @Nullable Object defaultOf(FieldPlan field) {
    Rules rules = field.rules();
    if (rules.hasDefaultText()) {
      return rules.getDefaultText();
    }
    if (!rules.hasDefaultNumber()) {
      return null;
    }
    long number = rules.getDefaultNumber();
    return switch (field.field().getJavaType()) {
      case INT -> Math.toIntExact(number);
      case LONG -> number;
      case DOUBLE -> (double) number;
      case BOOLEAN -> number != 0;
      case ENUM -> field.enumType().findValueByNumber(Math.toIntExact(number));
      default -> throw new IllegalStateException("no number: " + field.field());
    };
  }
}
