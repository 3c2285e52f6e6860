package dev.regrow.runtime.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of strangers, read whole and within bounds. Its accessors name the field that is
 * not what it should be.
 */
public final class JsonDocument {

  private static final int DEPTH_MAX = 32;
  private static final int VALUES_MAX = 200_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNumberLength(40)
                  .maxStringLength(1 << 20)
                  .maxNameLength(4096)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final String what;
  private final Map<?, ?> members;

  private JsonDocument(String what, Map<?, ?> members) {
    this.what = what;
    this.members = members;
  }

  /**
   * @param what it is, for messages
   */
  public static JsonDocument read(String what, byte[] json) {
    if (value(what, json) instanceof Map<?, ?> object) {
      return new JsonDocument(what, object);
    }
    throw new BadImage(what + " is no JSON object");
  }

  /** A document that is a list of objects. */
  public static List<JsonDocument> readList(String what, byte[] json) {
    if (value(what, json) instanceof List<?> list) {
      return documents(what, list);
    }
    throw new BadImage(what + " is no JSON list");
  }

  private static @Nullable Object value(String what, byte[] json) {
    try (var parser = FACTORY.createParser(json)) {
      parser.nextToken();
      var value = value(parser, new int[1]);
      if (parser.nextToken() != null) {
        throw new BadImage(what + " has more than one JSON value");
      }
      return value;
    } catch (IOException e) {
      throw new BadImage(what + " is not JSON: " + said(e), e);
    }
  }

  /** Where it breaks, and nothing of it: it may be something else than was asked for. */
  private static String said(IOException e) {
    if (e instanceof JsonParseException broken) {
      var at = broken.getLocation();
      return "it breaks at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("unreadable");
  }

  private static @Nullable Object value(JsonParser parser, int[] count) throws IOException {
    var token = parser.currentToken();
    if (token == null || ++count[0] > VALUES_MAX) {
      throw new IOException(token == null ? "it ends too early" : "it has too many values");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          var name = parser.currentName();
          parser.nextToken();
          object.put(name, value(parser, count));
        }
        yield object;
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser, count));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IOException("unexpected " + token);
    };
  }

  /** "" when it is absent or null. */
  public String text(String name) {
    var value = members.get(name);
    if (value == null) {
      return "";
    }
    if (value instanceof String text) {
      return text;
    }
    throw wrong(name, "a text");
  }

  /** -1 when it is absent or null. */
  public long number(String name) {
    var value = members.get(name);
    if (value == null) {
      return -1;
    }
    if (value instanceof Long number && number >= 0) {
      return number;
    }
    throw wrong(name, "a whole number of 0 or more");
  }

  /** Empty when it is absent or null. */
  public JsonDocument object(String name) {
    var value = members.get(name);
    if (value == null) {
      return new JsonDocument(what + ", " + name, Map.of());
    }
    if (value instanceof Map<?, ?> object) {
      return new JsonDocument(what + ", " + name, object);
    }
    throw wrong(name, "an object");
  }

  /** Empty when it is absent or null. */
  public List<JsonDocument> objects(String name) {
    return documents(what + ", " + name, list(name));
  }

  private static List<JsonDocument> documents(String what, List<?> list) {
    var documents = new ArrayList<JsonDocument>();
    for (var item : list) {
      if (!(item instanceof Map<?, ?> object)) {
        throw new BadImage(what + " holds something else than objects");
      }
      documents.add(new JsonDocument(what, object));
    }
    return documents;
  }

  /** Empty when it is absent or null. */
  public List<String> texts(String name) {
    var texts = new ArrayList<String>();
    for (var item : list(name)) {
      if (!(item instanceof String text)) {
        throw wrong(name, "a list of texts");
      }
      texts.add(text);
    }
    return texts;
  }

  /** Texts by name; empty when it is absent or null. */
  public Map<String, String> textMap(String name) {
    var object = object(name);
    var texts = new TreeMap<String, String>();
    for (var key : object.members.keySet()) {
      texts.put((String) key, object.text((String) key));
    }
    return texts;
  }

  /** Names of the members of an object; empty when it is absent or null. */
  public List<String> names(String name) {
    return object(name).members.keySet().stream().map(key -> (String) key).sorted().toList();
  }

  private List<?> list(String name) {
    var value = members.get(name);
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list) {
      return list;
    }
    throw wrong(name, "a list");
  }

  private BadImage wrong(String name, String wanted) {
    return new BadImage(what + ": " + name + " is not " + wanted);
  }
}
