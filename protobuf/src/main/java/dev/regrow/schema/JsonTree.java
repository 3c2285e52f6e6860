package dev.regrow.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.regrow.schema.Tree.Entry;
import dev.regrow.schema.Tree.Items;
import dev.regrow.schema.Tree.Scalar;
import dev.regrow.schema.Tree.ScalarType;
import dev.regrow.schema.Tree.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads strict JSON (RFC 8259): no comments, no NaN, no duplicate keys, nothing after the value.
 */
final class JsonTree {
  private static final int MAX_DIGITS = 100;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Schema.MAX_DEPTH + 1)
                  .maxNameLength(Schema.MAX_BYTES)
                  .maxStringLength(Schema.MAX_BYTES)
                  .maxNumberLength(MAX_DIGITS)
                  .build())
          .build();

  private final JsonParser parser;

  private JsonTree(JsonParser parser) {
    this.parser = parser;
  }

  static Tree read(String text) throws MalformedTextException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      return new JsonTree(parser).whole();
    } catch (IOException impossible) {
      throw new UncheckedIOException("reading a String", impossible);
    }
  }

  private Tree whole() throws IOException, MalformedTextException {
    try {
      parser.nextToken();
      Tree tree = value(Path.ROOT, 0);
      if (parser.nextToken() != null) {
        throw new MalformedTextException(
            Path.ROOT, mark(), "something follows the end of the object; remove it");
      }
      return tree;
    } catch (StreamConstraintsException tooLong) {
      throw new MalformedTextException(
          Path.ROOT,
          mark(parser.currentLocation()),
          "this number has more than " + MAX_DIGITS + " digits");
    } catch (JsonProcessingException broken) {
      @Nullable JsonLocation location = broken.getLocation();
      throw new MalformedTextException(
          Path.ROOT,
          mark(location != null ? location : parser.currentLocation()),
          "not JSON: " + firstLine(broken));
    }
  }

  private Tree value(Path path, int depth) throws IOException, MalformedTextException {
    Mark mark = mark();
    if (depth > Schema.MAX_DEPTH) {
      throw new MalformedTextException(
          Path.ROOT, mark, "nested deeper than " + Schema.MAX_DEPTH + " levels");
    }
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new MalformedTextException(path, mark, "the text is empty");
    }
    return switch (token) {
      case START_OBJECT -> table(path, mark, depth);
      case START_ARRAY -> items(path, mark, depth);
      case VALUE_STRING -> scalar(mark, ScalarType.TEXT);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(mark, ScalarType.NUMBER);
      case VALUE_TRUE, VALUE_FALSE -> scalar(mark, ScalarType.BOOL);
      case VALUE_NULL -> scalar(mark, ScalarType.NULL);
      default -> throw new MalformedTextException(path, mark, "not JSON: unexpected " + token);
    };
  }

  private Table table(Path path, Mark mark, int depth) throws IOException, MalformedTextException {
    List<Entry> entries = new ArrayList<>();
    Set<String> keys = new HashSet<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Mark keyMark = mark();
      String key = parser.currentName();
      if (!keys.add(key)) {
        throw new MalformedTextException(path.field(key), keyMark, "is written twice; keep one");
      }
      parser.nextToken();
      entries.add(new Entry(keyMark, key, value(path.field(key), depth + 1)));
    }
    return new Table(mark, entries);
  }

  private Items items(Path path, Mark mark, int depth) throws IOException, MalformedTextException {
    List<Tree> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(path.item(items.size()), depth + 1));
    }
    return new Items(mark, items);
  }

  private Scalar scalar(Mark mark, ScalarType type) throws IOException {
    return new Scalar(mark, type, parser.getText(), false);
  }

  private Mark mark() {
    return mark(parser.currentTokenLocation());
  }

  private static Mark mark(JsonLocation location) {
    return new Mark(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
  }

  private static String firstLine(JsonProcessingException broken) {
    String message = broken.getOriginalMessage();
    int end = message.indexOf('\n');
    var line = end < 0 ? message : message.substring(0, end);
    // Where it began is told as a place in a source that has no name.
    int source = line.indexOf(" (start marker at ");
    return source < 0 ? line : line.substring(0, source);
  }
}
