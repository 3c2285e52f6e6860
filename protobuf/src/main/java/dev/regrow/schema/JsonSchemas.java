package dev.regrow.schema;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import dev.regrow.v1.Format;
import dev.regrow.v1.Rules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** JSON Schemas (2020-12, as OpenAPI 3.1 has them) of the messages that were referred to. */
final class JsonSchemas {
  private final Map<String, Object> schemas = new TreeMap<>();

  /** A reference to a message's schema, which is made if it is not there yet. */
  Map<String, Object> reference(Descriptor type) {
    if (!schemas.containsKey(type.getName())) {
      Map<String, Object> schema = new LinkedHashMap<>();
      schemas.put(type.getName(), schema); // First, because messages may hold each other.
      fill(type, schema);
    }
    return Map.of("$ref", "#/components/schemas/" + type.getName());
  }

  Map<String, Object> all() {
    return schemas;
  }

  private void fill(Descriptor type, Map<String, Object> schema) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<Object> required = new ArrayList<>();
    for (FieldPlan field : MessagePlan.of(type).fields()) {
      properties.put(field.name(), property(field));
      if (field.rules().getRequired()) {
        required.add(field.name());
      }
    }
    schema.put("type", "object");
    schema.put("properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
  }

  private Map<String, Object> property(FieldPlan field) {
    Map<String, Object> property = new LinkedHashMap<>();
    Rules rules = field.rules();
    if (field.isMap()) {
      property.put("type", "object");
      property.put("additionalProperties", entry(field));
      bounds(property, rules, "minProperties", "maxProperties");
    } else if (field.isList()) {
      property.put("type", "array");
      property.put("items", element(field));
      bounds(property, rules, "minItems", "maxItems");
    } else if (field.isMessage()) {
      property.put(
          "anyOf", List.of(reference(field.field().getMessageType()), Map.of("type", "null")));
    } else {
      property.putAll(single(field));
    }
    if (!rules.getHelp().isEmpty()) {
      property.put("description", rules.getHelp());
    }
    if (rules.getReadOnly()) {
      property.put("readOnly", true);
    }
    return property;
  }

  private Map<String, Object> entry(FieldPlan map) {
    FieldPlan objects = MessagePlan.of(map.field().getContainingType()).objectsIn(map);
    return objects == null
        ? element(map)
        : Map.of("anyOf", List.of(element(map), element(objects)));
  }

  private Map<String, Object> element(FieldPlan field) {
    if (field.value().getJavaType() == JavaType.MESSAGE) {
      return reference(field.value().getMessageType());
    }
    if (field.value().getJavaType() == JavaType.ENUM) {
      return Map.of("enum", values(field));
    }
    Map<String, Object> element = new LinkedHashMap<>();
    element.put("type", "string");
    if (field.rules().hasMaxElement()) {
      element.put("maxLength", field.rules().getMaxElement());
    }
    return element;
  }

  private static Map<String, Object> single(FieldPlan field) {
    Map<String, Object> schema = new LinkedHashMap<>();
    Rules rules = field.rules();
    switch (field.value().getJavaType()) {
      case BOOLEAN -> schema.put("type", orNull(field, "boolean"));
      case DOUBLE -> {
        schema.put("type", orNull(field, "number"));
        bounds(schema, rules, "minimum", "maximum");
      }
      case INT, LONG -> whole(field, schema);
      case ENUM -> schema.put("enum", values(field));
      default -> {
        schema.put("type", orNull(field, "string"));
        bounds(schema, rules, "minLength", "maxLength");
        if (!rules.getPattern().isEmpty()) {
          schema.put("pattern", "^" + rules.getPattern() + "$");
        }
      }
    }
    defaultOf(field, schema);
    return schema;
  }

  private static void whole(FieldPlan field, Map<String, Object> schema) {
    if (Quantities.hasUnit(field.format())) {
      boolean number = field.format() == Format.CPU || field.format() == Format.BYTES;
      List<Object> types = new ArrayList<>(List.of("string"));
      if (number) {
        types.add("number");
      }
      types.add("null");
      schema.put("type", types);
      schema.put("description", "Written as " + Quantities.wanted(field.format()) + ".");
    } else {
      schema.put("type", orNull(field, "integer"));
      boolean small = field.value().getJavaType() == JavaType.INT;
      schema.put("format", small ? "int32" : "int64");
      bounds(schema, field.rules(), "minimum", "maximum");
    }
  }

  private static List<Object> values(FieldPlan field) {
    List<Object> values = new ArrayList<>(EnumNames.of(field.enumType()).writable());
    if (EnumNames.of(field.enumType()).value("") != null) {
      values.add("");
    }
    return values;
  }

  private static Object orNull(FieldPlan field, String type) {
    return field.field().hasPresence() ? List.of(type, "null") : type;
  }

  private static void defaultOf(FieldPlan field, Map<String, Object> schema) {
    Rules rules = field.rules();
    if (rules.hasDefaultText()) {
      schema.put("default", rules.getDefaultText());
    } else if (rules.hasDefaultNumber()) {
      long number = rules.getDefaultNumber();
      schema.put(
          "default",
          Quantities.hasUnit(field.format())
              ? Quantities.write(field.format(), number)
              : field.field().getJavaType() == JavaType.BOOLEAN ? (Object) (number != 0) : number);
    }
  }

  private static void bounds(Map<String, Object> schema, Rules rules, String min, String max) {
    if (rules.hasMin()) {
      schema.put(min, rules.getMin());
    }
    if (rules.hasMax()) {
      schema.put(max, rules.getMax());
    }
  }
}
