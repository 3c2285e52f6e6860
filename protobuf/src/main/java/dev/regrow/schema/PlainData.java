package dev.regrow.schema;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes plain maps, lists, text, numbers and truth; maps without an order of their own are sorted.
 */
public final class PlainData {
  private PlainData() {}

  /** On one line. */
  public static String toJson(Object value) {
    var sink = new JsonSink(false);
    write(value, sink);
    return sink.result();
  }

  /** In block style. */
  public static String toYaml(Object value) {
    var sink = new YamlSink();
    write(value, sink);
    return sink.result();
  }

  private static void write(Object value, Sink sink) {
    if (value instanceof Map<?, ?> map) {
      Map<?, ?> ordered = map instanceof LinkedHashMap ? map : new TreeMap<>(map);
      sink.beginObject(map.isEmpty());
      ordered.forEach(
          (key, element) -> {
            sink.key((String) key);
            write(element, sink);
          });
      sink.endObject();
    } else if (value instanceof List<?> list) {
      sink.beginList(list.isEmpty());
      list.forEach(element -> write(element, sink));
      sink.endList();
    } else if (value instanceof String text) {
      sink.text(text);
    } else {
      sink.literal(value.toString());
    }
  }
}
