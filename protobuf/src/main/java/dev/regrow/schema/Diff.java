package dev.regrow.schema;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import dev.regrow.v1.FieldChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What changes between two objects of a kind, field by field, for people. */
public final class Diff {
  private static final String SET = "(set)";
  private static final String OTHER = "(another value)";

  private final List<FieldChange> changes = new ArrayList<>();

  private Diff() {}

  /**
   * The declared fields that differ, in the order of declaration; "" stands for absent. Values of
   * the environment are never shown, because people keep secrets there.
   *
   * @param before the default instance when there was none
   */
  public static List<FieldChange> between(Message before, Message after) {
    var diff = new Diff();
    diff.compare(before, after, Path.ROOT);
    return List.copyOf(diff.changes);
  }

  private void compare(Message before, Message after, Path path) {
    MessagePlan plan = MessagePlan.of(after.getDescriptorForType());
    for (FieldPlan field : plan.fields()) {
      if (field.rules().getReadOnly()) {
        continue;
      }
      Path at = path.field(field.name());
      Object old = before.getField(field.field());
      Object now = after.getField(field.field());
      if (field.isMap()) {
        maps(field, (List<?>) old, (List<?>) now, at);
        FieldPlan objects = plan.objectsIn(field);
        if (objects != null) {
          references(
              (List<?>) before.getField(objects.field()),
              (List<?>) after.getField(objects.field()),
              at);
        }
      } else if (field.isList()) {
        lists(field, (List<?>) old, (List<?>) now, at);
      } else if (field.isMessage()) {
        compare((Message) old, (Message) now, at);
      } else {
        change(at, shown(field, before), shown(field, after));
      }
    }
  }

  private void maps(FieldPlan field, List<?> before, List<?> after, Path path) {
    var old = map(before);
    var now = map(after);
    Set<String> keys = new TreeSet<>(old.keySet());
    keys.addAll(now.keySet());
    boolean secret = field.name().equals("env");
    for (String key : keys) {
      String was = text(old.get(key));
      String is = text(now.get(key));
      if (!secret) {
        change(path.field(key), was, is);
      } else if (!Objects.equals(old.get(key), now.get(key))) {
        change(
            path.field(key),
            old.containsKey(key) ? SET : "",
            now.containsKey(key) ? (old.containsKey(key) ? OTHER : SET) : "");
      }
    }
  }

  /** Entries that say where a value is kept; that is no secret. */
  private void references(List<?> before, List<?> after, Path path) {
    var old = map(before);
    var now = map(after);
    Set<String> keys = new TreeSet<>(old.keySet());
    keys.addAll(now.keySet());
    for (String key : keys) {
      change(path.field(key), whole((Message) old.get(key)), whole((Message) now.get(key)));
    }
  }

  private static String text(@Nullable Object value) {
    return value instanceof ByteString bytes
        ? "%d bytes (%08x)".formatted(bytes.size(), bytes.hashCode())
        : Objects.toString(value, "");
  }

  private static Map<String, Object> map(List<?> pairs) {
    var map = new TreeMap<String, Object>();
    for (Object pair : pairs) {
      MapEntry<?, ?> entry = (MapEntry<?, ?>) pair;
      map.put((String) entry.getKey(), entry.getValue());
    }
    return map;
  }

  private void lists(FieldPlan field, List<?> before, List<?> after, Path path) {
    if (!field.isMessage()) {
      change(path, listed(field, before), listed(field, after));
      return;
    }
    for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
      Message old = i < before.size() ? (Message) before.get(i) : null;
      Message now = i < after.size() ? (Message) after.get(i) : null;
      if (old != null && now != null) {
        compare(old, now, path.item(i));
      } else {
        change(path.item(i), whole(old), whole(now));
      }
    }
  }

  private static String whole(@Nullable Message message) {
    return message == null ? "" : Schema.toJson(message);
  }

  private static String shown(FieldPlan field, Message message) {
    if (field.field().hasPresence() && !message.hasField(field.field())) {
      return "";
    }
    Object value = message.getField(field.field());
    return value instanceof Number number && Quantities.hasUnit(field.format())
        ? Quantities.write(field.format(), number.longValue())
        : single(field, value);
  }

  private static String listed(FieldPlan field, List<?> values) {
    return values.isEmpty()
        ? ""
        : values.stream().map(value -> single(field, value)).toList().toString();
  }

  private static String single(FieldPlan field, Object value) {
    return value instanceof EnumValueDescriptor known
        ? Objects.toString(EnumNames.of(field.enumType()).text(known.getNumber()), "")
        : value.toString();
  }

  private void change(Path path, String before, String after) {
    if (!before.equals(after)) {
      changes.add(
          FieldChange.newBuilder()
              .setField(path.toString())
              .setBefore(before)
              .setAfter(after)
              .build());
    }
  }
}
