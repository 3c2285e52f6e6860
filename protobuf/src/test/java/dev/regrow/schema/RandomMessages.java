package dev.regrow.schema;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.regrow.v1.Format;
import java.util.List;
import java.util.Random;

/** Messages with anything in them that their types can hold and a text can say. */
final class RandomMessages {
  private static final List<String> TEXTS =
      List.of("", "a", "web-1", "no", "1", "x: y", "\n", "é😀", "- ");

  private final Random random;

  private RandomMessages(Random random) {
    this.random = random;
  }

  @SuppressWarnings("unchecked") // A builder makes the type that made the builder.
  static <T extends Message> T of(T type, Random random) {
    return (T) new RandomMessages(random).message(type.newBuilderForType(), 0);
  }

  private Message message(Message.Builder builder, int depth) {
    for (FieldPlan field : MessagePlan.of(builder.getDescriptorForType()).fields()) {
      FieldDescriptor descriptor = field.field();
      if (random.nextBoolean() || depth > 4) {
        continue;
      }
      if (field.isMap()) {
        Message.Builder entry = builder.newBuilderForField(descriptor);
        entry.setField(descriptor.getMessageType().findFieldByNumber(1), "k" + random.nextInt(9));
        entry.setField(field.value(), value(field, entry, depth));
        builder.addRepeatedField(descriptor, entry.build());
      } else if (field.isList()) {
        for (int i = random.nextInt(3); i > 0; i--) {
          builder.addRepeatedField(descriptor, value(field, builder, depth));
        }
      } else {
        builder.setField(descriptor, value(field, builder, depth));
      }
    }
    return builder.build();
  }

  private Object value(FieldPlan field, Message.Builder parent, int depth) {
    return switch (field.value().getJavaType()) {
      case MESSAGE -> message(parent.newBuilderForField(field.value()), depth + 1);
      case STRING -> TEXTS.get(random.nextInt(TEXTS.size()));
      case BOOLEAN -> random.nextBoolean();
      case INT -> random.nextInt();
      case LONG -> number(field.format());
      case DOUBLE -> random.nextInt(1000) / 8.0;
      case ENUM -> enumValue(field);
      case BYTE_STRING -> ByteString.copyFromUtf8("bytes");
      case FLOAT -> throw new IllegalStateException("no mapping");
    };
  }

  private Object number(Format format) {
    return switch (format) {
      case TIMESTAMP -> random.nextLong(253_402_300_799_999L);
      case PLAIN -> random.nextLong();
      default -> random.nextLong(Long.MAX_VALUE);
    };
  }

  private Object enumValue(FieldPlan field) {
    EnumNames names = EnumNames.of(field.enumType());
    List<EnumValueDescriptor> values =
        field.enumType().getValues().stream()
            // A field that says nothing is null; a list has no such thing.
            .filter(value -> !field.isList() || names.text(value.getNumber()) != null)
            .toList();
    return values.get(random.nextInt(values.size()));
  }
}
