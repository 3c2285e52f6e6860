package dev.regrow.chaos.fuzz;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Values by a JSON Schema: mostly what it describes, now and then something near it or far off. */
final class Values {

  private static final int DEEPEST = 6;
  private static final List<String> WORDS =
      List.of(
          "web",
          "db",
          "default",
          "n1",
          "100m",
          "128Mi",
          "10s",
          "",
          "A",
          "a-",
          "..",
          "web-0",
          "0",
          "-1",
          "é\u0000",
          "\uD83D\uDE00",
          "\uD800",
          "%2e%2e%2f",
          "a".repeat(300),
          "null",
          "true",
          "1e999",
          "9223372036854775808",
          "${HOME}",
          "<script>",
          "layout:/x",
          "oci:x/y:z",
          "/../..");
  private static final List<Object> NUMBERS =
      List.of(0, 1, 3, -1, 65_536, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE, 1.5, -0.0);

  private final Random random;
  private final ApiDocument document;

  /** One value in so many is not what the schema says. */
  private final int strange;

  Values(ApiDocument document, Random random, int strange) {
    this.document = document;
    this.random = random;
    this.strange = strange;
  }

  String word() {
    return WORDS.get(random.nextInt(WORDS.size()));
  }

  /** By a schema. */
  @Nullable Object value(Map<String, Object> schema) {
    return value(schema, 0);
  }

  private @Nullable Object value(Map<String, Object> schema, int depth) {
    var full = document.resolved(schema);
    if (random.nextInt(strange) == 0) {
      return anything(depth);
    }
    var choices = ApiDocument.list(full.get("anyOf"));
    if (!choices.isEmpty()) {
      return value(ApiDocument.object(pick(choices)), depth);
    }
    var values = ApiDocument.list(full.get("enum"));
    if (!values.isEmpty()) {
      return pick(values);
    }
    var type = full.get("type");
    var name = type instanceof List<?> several ? pick(several) : type;
    return switch (String.valueOf(name)) {
      case "object" -> object(full, depth);
      case "array" -> array(full, depth);
      case "integer", "number" -> number(full);
      case "boolean" -> random.nextBoolean();
      case "null" -> null;
      default -> word();
    };
  }

  private <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private Object number(Map<String, Object> schema) {
    if (random.nextBoolean() && schema.get("minimum") instanceof Number least) {
      return least.longValue() + random.nextInt(3) - 1;
    }
    return random.nextBoolean() ? random.nextInt(5) : pick(NUMBERS);
  }

  private Object object(Map<String, Object> schema, int depth) {
    var object = new LinkedHashMap<String, @Nullable Object>();
    var required = ApiDocument.list(schema.get("required"));
    int one = depth > 1 ? 4 : 2;
    if (depth < DEEPEST) {
      ApiDocument.object(schema.get("properties"))
          .forEach(
              (name, property) -> {
                if (required.contains(name) || random.nextInt(one) == 0) {
                  object.put(name, value(ApiDocument.object(property), depth + 1));
                }
              });
      var more = ApiDocument.object(schema.get("additionalProperties"));
      for (int i = random.nextInt(3); !more.isEmpty() && i > 0; i--) {
        object.put(word(), value(more, depth + 1));
      }
    }
    if (random.nextInt(strange) == 0) {
      object.put(word(), anything(depth));
    }
    return object;
  }

  private List<@Nullable Object> array(Map<String, Object> schema, int depth) {
    var array = new ArrayList<@Nullable Object>();
    for (int i = depth < DEEPEST ? random.nextInt(3) : 0; i > 0; i--) {
      array.add(value(ApiDocument.object(schema.get("items")), depth + 1));
    }
    return array;
  }

  private @Nullable Object anything(int depth) {
    return switch (random.nextInt(depth < DEEPEST ? 7 : 5)) {
      case 0 -> null;
      case 1 -> word();
      case 2 -> pick(NUMBERS);
      case 3 -> random.nextBoolean();
      case 4 -> List.of();
      case 5 -> List.of(word(), List.of(word()));
      default -> Map.of(word(), word());
    };
  }

  /** As JSON; halves of characters stay as they are. */
  static String json(@Nullable Object value) {
    var text = new StringBuilder();
    write(value, text);
    return text.toString();
  }

  private static void write(@Nullable Object value, StringBuilder to) {
    if (value instanceof Map<?, ?> map) {
      String between = "{";
      for (var entry : map.entrySet()) {
        to.append(between);
        write(String.valueOf(entry.getKey()), to);
        to.append(':');
        write(entry.getValue(), to);
        between = ",";
      }
      to.append(map.isEmpty() ? "{}" : "}");
    } else if (value instanceof List<?> list) {
      to.append('[');
      for (int i = 0; i < list.size(); i++) {
        to.append(i == 0 ? "" : ",");
        write(list.get(i), to);
      }
      to.append(']');
    } else if (value instanceof String text) {
      write(text, to);
    } else {
      to.append(value);
    }
  }

  private static void write(String text, StringBuilder to) {
    to.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == '"' || c == '\\' || Character.isSurrogate(c)) {
        to.append("\\u%04x".formatted((int) c));
      } else {
        to.append(c);
      }
    }
    to.append('"');
  }
}
