package dev.regrow.schema;

import dev.regrow.schema.Tree.Items;
import dev.regrow.schema.Tree.Scalar;
import dev.regrow.schema.Tree.Table;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A YAML document that is no message: read as strictly as manifests are, and what is wrong with it
 * can be told with its place.
 */
public final class PlainDocument {

  private final @Nullable Object value;
  private final Map<String, Mark> marks = new HashMap<>();

  private PlainDocument(Tree tree) {
    this.value = value(tree, Path.ROOT);
  }

  /**
   * @throws InvalidObjectException if it is not one document of the bounded YAML that we read
   */
  public static PlainDocument read(byte[] text) {
    if (text.length > Schema.MAX_BYTES) {
      var message = "has %d bytes; at most %d are read".formatted(text.length, Schema.MAX_BYTES);
      throw new InvalidObjectException(
          Verdict.TOO_LARGE, List.of(new Violation("", 0, 0, message)));
    }
    var documents = new ArrayList<Tree>();
    try {
      String decoded = Text.decode(text);
      Text.check(decoded);
      YamlTree.read(
          decoded,
          document -> {
            if (!documents.isEmpty()) {
              throw new MalformedTextException(
                  Path.ROOT, document.mark(), "a second document begins here; keep one in a file");
            }
            documents.add(document);
          });
      if (documents.isEmpty()) {
        throw new MalformedTextException(Path.ROOT, new Mark(1, 1), "there is nothing in it");
      }
    } catch (MalformedTextException malformed) {
      throw new InvalidObjectException(Verdict.MALFORMED, List.of(malformed.violation()));
    }
    return new PlainDocument(documents.get(0));
  }

  /** Maps in the order of the text, lists, texts, big decimals and booleans. */
  public @Nullable Object value() {
    return value;
  }

  /**
   * Something is wrong at a path, as {@code faults[1].on}; what is not in the text is told where it
   * would be.
   */
  public Violation violation(String path, String message) {
    var place = path;
    while (!marks.containsKey(place) && !place.isEmpty()) {
      place =
          place.substring(0, Math.max(0, Math.max(place.lastIndexOf('.'), place.lastIndexOf('['))));
    }
    var mark = marks.getOrDefault(place, new Mark(1, 1));
    return new Violation(path, mark.line(), mark.column(), message);
  }

  private @Nullable Object value(Tree tree, Path path) {
    marks.put(path.toString(), tree.mark());
    if (tree instanceof Table table) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      table
          .entries()
          .forEach(
              entry -> {
                var at = path.field(entry.key());
                map.put(entry.key(), value(entry.value(), at));
                marks.put(at.toString(), entry.mark());
              });
      return map;
    }
    if (tree instanceof Items items) {
      List<@Nullable Object> list = new ArrayList<>();
      items.items().forEach(item -> list.add(value(item, path.item(list.size()))));
      return list;
    }
    return scalar((Scalar) tree);
  }

  private static @Nullable Object scalar(Scalar scalar) {
    return switch (scalar.type()) {
      case NULL -> null;
      case TEXT -> scalar.text();
      case NUMBER -> new BigDecimal(scalar.text());
      case BOOL -> Boolean.parseBoolean(scalar.text());
    };
  }
}
