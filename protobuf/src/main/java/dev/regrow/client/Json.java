package dev.regrow.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON as maps, lists, texts, numbers and booleans: for the few documents that are no message. */
final class Json {
  private static final int DEPTH_MAX = 20;

  private Json() {}

  static @Nullable Object read(String text) throws IOException {
    try (var parser = new JsonFactory().createParser(text)) {
      parser.nextToken();
      return value(parser, 0);
    }
  }

  private static @Nullable Object value(JsonParser parser, int depth) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null || depth > DEPTH_MAX) {
      throw new IOException(token == null ? "the text is empty" : "nested too deeply");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          var name = parser.currentName();
          parser.nextToken();
          object.put(name, value(parser, depth + 1));
        }
        yield object;
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser, depth + 1));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default ->
          throw new IOException("not JSON at " + parser.currentLocation().offsetDescription());
    };
  }

  /** A member that is a text; "" when it is absent or something else. */
  static String text(@Nullable Object tree, String name) {
    return member(tree, name) instanceof String text ? text : "";
  }

  /** A member that is a whole number; 0 when it is absent or something else. */
  static long number(@Nullable Object tree, String name) {
    return member(tree, name) instanceof Number number ? number.longValue() : 0;
  }

  /** A member that is a list; empty when it is absent or something else. */
  static List<?> list(@Nullable Object tree, String name) {
    return member(tree, name) instanceof List<?> list ? list : List.of();
  }

  /** A member; null when it is absent. */
  static @Nullable Object member(@Nullable Object tree, String name) {
    return tree instanceof Map<?, ?> map ? map.get(name) : null;
  }
}
