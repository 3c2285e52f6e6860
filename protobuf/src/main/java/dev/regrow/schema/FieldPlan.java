package dev.regrow.schema;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import dev.regrow.v1.Format;
import dev.regrow.v1.Options;
import dev.regrow.v1.Rules;

/**
 * What is known of one field, read once from its descriptor.
 *
 * @param name how it is called outside, in camelCase
 * @param value the field that holds one value: that of the map's entry, or the field itself
 */
record FieldPlan(FieldDescriptor field, String name, Rules rules, FieldDescriptor value) {

  static FieldPlan of(FieldDescriptor field) {
    FieldDescriptor value =
        field.isMapField() ? field.getMessageType().findFieldByNumber(2) : field;
    return new FieldPlan(
        field, field.getJsonName(), field.getOptions().getExtension(Options.rules), value);
  }

  Format format() {
    return rules.getFormat();
  }

  boolean isMap() {
    return field.isMapField();
  }

  boolean isList() {
    return field.isRepeated() && !field.isMapField();
  }

  boolean isMessage() {
    return field.getJavaType() == JavaType.MESSAGE && !isMap();
  }

  EnumDescriptor enumType() {
    return value.getEnumType();
  }

  /** Whether it says anything: present, or where presence is not kept, not the zero of its type. */
  boolean isSetIn(MessageOrBuilder message) {
    if (field.isRepeated()) {
      return message.getRepeatedFieldCount(field) > 0;
    }
    return field.hasPresence()
        ? message.hasField(field)
        : !message.getField(field).equals(field.getDefaultValue());
  }

  /** Whether it is text that may be left out, and "" says just that. */
  boolean isEmptyTextOf(Message message) {
    return !field.isRepeated()
        && !field.hasPresence()
        && !rules.getRequired()
        && "".equals(message.getField(field));
  }

  /** What to write, for an error. */
  String wanted() {
    if (isMap()) {
      return "an object";
    }
    if (isList()) {
      return "a list";
    }
    return wantedValue();
  }

  /** What one value of a list or map is to be. */
  String wantedValue() {
    return switch (value.getJavaType()) {
      case MESSAGE -> "an object";
      case STRING -> "text";
      case BYTE_STRING -> "text in base64";
      case BOOLEAN -> "true or false";
      case INT, LONG -> Quantities.wanted(format());
      case FLOAT, DOUBLE -> "a number";
      case ENUM -> EnumNames.of(enumType()).choice();
    };
  }
}
