package dev.regrow.chaos.game;

import dev.regrow.cli.Durations;
import dev.regrow.schema.PlainDocument;
import dev.regrow.schema.Suggestion;
import dev.regrow.schema.Violation;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of one object of a document. What is asked for is known; all else is refused. */
final class Fields {

  private final PlainDocument document;
  private final List<Violation> wrong;
  private final String path;
  private final Map<String, @Nullable Object> fields;
  private final Set<String> known = new LinkedHashSet<>();

  private Fields(
      PlainDocument document,
      List<Violation> wrong,
      String path,
      Map<String, @Nullable Object> fields) {
    this.document = document;
    this.wrong = wrong;
    this.path = path;
    this.fields = fields;
  }

  /**
   * Those of the whole document.
   *
   * @param wrong gets everything that is wrong with it
   */
  static Fields of(PlainDocument document, List<Violation> wrong) {
    return new Fields(document, wrong, "", object(document, wrong, "", document.value()));
  }

  private static Map<String, @Nullable Object> object(
      PlainDocument document, List<Violation> wrong, String path, @Nullable Object value) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, each) -> fields.put((String) key, each));
    } else {
      wrong.add(document.violation(path, "is no object; write fields as name: value"));
    }
    return fields;
  }

  boolean has(String name) {
    known.add(name);
    return fields.get(name) != null;
  }

  private String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  void refuse(String name, String message) {
    wrong.add(document.violation(name.isEmpty() ? path : path(name), message));
  }

  /** A text; "" when it is absent. */
  String text(String name) {
    known.add(name);
    Object value = fields.get(name);
    if (value instanceof Map || value instanceof List) {
      refuse(name, "is no text; write one value");
      return "";
    }
    return value == null ? "" : value.toString();
  }

  String required(String name, String wanted) {
    var text = text(name);
    if (text.isEmpty() && !(fields.get(name) instanceof Map || fields.get(name) instanceof List)) {
      refuse(name, "is missing; write " + wanted);
    }
    return text;
  }

  Duration duration(String name, Duration otherwise, Duration least, Duration most) {
    var text = text(name);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      var duration = text.equals("0") ? Duration.ZERO : Durations.parse(text);
      if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
        return duration;
      }
      refuse(name, "%s is out of range; write %s to %s".formatted(text, words(least), words(most)));
    } catch (IllegalArgumentException e) {
      refuse(name, String.valueOf(e.getMessage()));
    }
    return otherwise;
  }

  /** As it is written: 250ms, 15s, 3m, 1m30s. */
  static String words(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    var text = new StringBuilder();
    long[] units = {3_600_000, 60_000, 1000, 1};
    String[] names = {"h", "m", "s", "ms"};
    for (int i = 0; i < units.length; i++) {
      if (millis >= units[i]) {
        text.append(millis / units[i]).append(names[i]);
        millis %= units[i];
      }
    }
    return text.toString();
  }

  double number(String name, double otherwise, double least, double most) {
    known.add(name);
    Object value = fields.get(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof BigDecimal number) {
      double plain = number.doubleValue();
      if (plain >= least && plain <= most) {
        return plain;
      }
    }
    refuse(
        name,
        "%s is refused; write a number of %s to %s".formatted(value, plain(least), plain(most)));
    return otherwise;
  }

  private static String plain(double number) {
    return new BigDecimal(number).stripTrailingZeros().toPlainString();
  }

  int whole(String name, int otherwise, int least, int most) {
    double number = number(name, otherwise, least, most);
    if (number != Math.rint(number)) {
      refuse(name, number + " is refused; write a whole number");
      return otherwise;
    }
    return (int) number;
  }

  boolean truth(String name) {
    known.add(name);
    Object value = fields.get(name);
    if (value != null && !(value instanceof Boolean)) {
      refuse(name, value + " is refused; write true or false");
    }
    return Boolean.TRUE.equals(value);
  }

  /** A list of texts, or one text alone. */
  List<String> texts(String name) {
    known.add(name);
    Object value = fields.get(name);
    if (value == null) {
      return List.of();
    }
    var texts = new ArrayList<String>();
    for (Object each : value instanceof List<?> list ? list : List.of(value)) {
      if (each instanceof Map || each instanceof List || each == null) {
        refuse(name, "holds something that is no text; write a list of texts");
      } else {
        texts.add(each.toString());
      }
    }
    return texts;
  }

  /** An object; empty when it is absent. */
  Optional<Fields> object(String name) {
    known.add(name);
    Object value = fields.get(name);
    return value == null
        ? Optional.empty()
        : Optional.of(
            new Fields(document, wrong, path(name), object(document, wrong, path(name), value)));
  }

  /** A list of objects; empty when it is absent. */
  List<Fields> objects(String name) {
    known.add(name);
    Object value = fields.get(name);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      refuse(name, "is no list; begin each entry with -");
      return List.of();
    }
    var objects = new ArrayList<Fields>();
    for (int i = 0; i < list.size(); i++) {
      var at = path(name) + "[" + i + "]";
      objects.add(new Fields(document, wrong, at, object(document, wrong, at, list.get(i))));
    }
    return objects;
  }

  boolean isText(String name) {
    known.add(name);
    return !(fields.get(name) instanceof Map) && !(fields.get(name) instanceof List);
  }

  /**
   * Which one of these is there; "" and refused if none is, or several.
   *
   * @param what they are, for an error
   */
  String oneOf(String what, String... names) {
    known.addAll(List.of(names));
    var there = List.of(names).stream().filter(name -> fields.get(name) != null).toList();
    if (there.size() == 1) {
      return there.get(0);
    }
    if (there.isEmpty()) {
      refuseOthers();
      refuse("", "does not say " + what + "; write one of " + String.join(", ", names));
    } else {
      refuse(there.get(1), "cannot stand beside " + there.get(0) + "; keep one of them");
    }
    return "";
  }

  /** What to say of a word that is none of those. */
  static String notOneOf(String text, List<String> words) {
    var meant = Suggestion.nearest(text, words);
    return meant == null
        ? "\"%s\" is unknown; write one of %s".formatted(text, String.join(", ", words))
        : "\"%s\" is unknown; did you mean \"%s\"?".formatted(text, meant);
  }

  /** All that was not asked for: somebody else reads it, and knows what is wrong with it. */
  Map<String, Object> rest() {
    var rest = new LinkedHashMap<String, Object>();
    fields.forEach(
        (name, value) -> {
          if (!known.contains(name) && value != null) {
            rest.put(name, value);
          }
        });
    return rest;
  }

  /** Refuses all that was not asked for; to be called last. */
  void refuseOthers() {
    for (String name : fields.keySet()) {
      if (!known.contains(name)) {
        var meant = Suggestion.nearest(name, known);
        refuse(
            name,
            meant == null
                ? "is not a known field; known here: " + String.join(", ", known)
                : "is not a known field; did you mean \"" + meant + "\"?");
      }
    }
  }
}
