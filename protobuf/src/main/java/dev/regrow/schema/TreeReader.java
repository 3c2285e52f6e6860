package dev.regrow.schema;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import dev.regrow.schema.Tree.Entry;
import dev.regrow.schema.Tree.Items;
import dev.regrow.schema.Tree.Scalar;
import dev.regrow.schema.Tree.ScalarType;
import dev.regrow.schema.Tree.Table;
import dev.regrow.v1.Format;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Turns a tree into a message, by the plan of its type; what does not fit becomes a finding. */
final class TreeReader {

  /** Who wrote the text. */
  enum Source {
    /** People: unknown fields are refused, and what the server sets is ignored. */
    DECLARED,
    /** A server, perhaps of a newer release: unknown fields are ignored. */
    ANSWERED
  }

  private final Source source;
  private final Findings findings;

  TreeReader(Source source, Findings findings) {
    this.source = source;
    this.findings = findings;
  }

  void read(Tree tree, Message.Builder into, Path path) {
    findings.written(path, tree.mark());
    if (!(tree instanceof Table table)) {
      findings.unreadable(path, tree.mark(), tree.described() + "; write an object");
      return;
    }
    MessagePlan plan = MessagePlan.of(into.getDescriptorForType());
    for (Entry entry : table.entries()) {
      Path at = path.field(entry.key());
      FieldPlan field = plan.field(entry.key());
      if (field == null) {
        unknown(plan, entry, at);
      } else if (source == Source.ANSWERED || !field.rules().getReadOnly()) {
        field(field, entry, into, at);
      }
    }
  }

  private void unknown(MessagePlan plan, Entry entry, Path path) {
    if (source == Source.ANSWERED) {
      return;
    }
    if (plan.isLater(entry.key())) {
      if (!entry.value().isEmpty()) {
        findings.unreadable(path, entry.mark(), "is not supported by this release; leave it out");
      }
      return;
    }
    String meant = Suggestion.nearest(entry.key(), plan.names());
    findings.unreadable(
        path,
        entry.mark(),
        meant != null
            ? "is not a known field; did you mean \"" + meant + "\"?"
            : "is not a known field; known here: " + String.join(", ", plan.names()));
  }

  private void field(FieldPlan field, Entry entry, Message.Builder into, Path path) {
    Tree tree = entry.value();
    if (tree instanceof Scalar scalar && scalar.isNull()) {
      return;
    }
    findings.written(path, tree.mark());
    if (field.isMap()) {
      map(field, objectsIn(field), tree, into, path);
    } else if (field.isList()) {
      list(field, tree, into, path);
    } else if (!isSecondOfOneof(field, entry, into, path)) {
      Object value = value(field, tree, into, path);
      if (value != null) {
        into.setField(field.field(), value);
      }
    }
  }

  private boolean isSecondOfOneof(FieldPlan field, Entry entry, Message.Builder into, Path path) {
    OneofDescriptor oneof = field.field().getRealContainingOneof();
    if (oneof == null || !into.hasOneof(oneof)) {
      return false;
    }
    String other = into.getOneofFieldDescriptor(oneof).getJsonName();
    findings.unreadable(path, entry.mark(), "cannot stand beside " + other + "; keep one of them");
    return true;
  }

  private void list(FieldPlan field, Tree tree, Message.Builder into, Path path) {
    if (!(tree instanceof Items items)) {
      mistyped(field, tree, field.wanted(), path);
      return;
    }
    int index = 0;
    for (Tree item : items.items()) {
      Path at = path.item(index++);
      findings.written(at, item.mark());
      Object value = value(field, item, into, at);
      if (value != null) {
        into.addRepeatedField(field.field(), value);
      }
    }
  }

  private static @Nullable FieldPlan objectsIn(FieldPlan map) {
    return MessagePlan.of(map.field().getContainingType()).objectsIn(map);
  }

  /**
   * @param objects where entries go that are objects, if not to the map itself
   */
  private void map(
      FieldPlan texts, @Nullable FieldPlan objects, Tree tree, Message.Builder into, Path path) {
    if (!(tree instanceof Table table)) {
      mistyped(texts, tree, texts.wanted(), path);
      return;
    }
    for (Entry entry : table.entries()) {
      Path at = path.field(entry.key());
      findings.written(at, entry.value().mark());
      FieldPlan field = objects != null && entry.value() instanceof Table ? objects : texts;
      FieldDescriptor key = field.field().getMessageType().findFieldByNumber(1);
      Message.Builder pair = into.newBuilderForField(field.field());
      Object value = value(field, entry.value(), pair, at);
      if (value != null && isText(entry.key(), entry.mark(), at)) {
        pair.setField(key, entry.key()).setField(field.value(), value);
        into.addRepeatedField(field.field(), pair.build());
      }
    }
  }

  private @Nullable Object value(FieldPlan field, Tree tree, Message.Builder parent, Path path) {
    if (field.value().getJavaType() == JavaType.MESSAGE) {
      Message.Builder nested = parent.newBuilderForField(field.value());
      read(tree, nested, path);
      return tree instanceof Table ? nested.build() : null;
    }
    Object value = tree instanceof Scalar scalar ? scalar(field, scalar, path) : null;
    if (value == null && !findings.isUnreadable(path)) {
      mistyped(field, tree, field.wantedValue(), path);
    }
    return value;
  }

  /** Null when it is of another type; findings hold what is wrong otherwise. */
  private @Nullable Object scalar(FieldPlan field, Scalar scalar, Path path) {
    boolean textual = scalar.type() == ScalarType.TEXT || scalar.substituted();
    boolean numeric = scalar.type() == ScalarType.NUMBER || scalar.substituted();
    return switch (field.value().getJavaType()) {
      case STRING -> textual && isText(scalar.text(), scalar.mark(), path) ? scalar.text() : null;
      case BYTE_STRING -> textual ? base64(scalar, path) : null;
      case BOOLEAN -> scalar.type() == ScalarType.BOOL ? isTrue(scalar) : null;
      case ENUM -> textual ? enumValue(field, scalar, path) : null;
      case LONG, INT ->
          Quantities.hasUnit(field.format())
              ? quantity(field.format(), scalar, path)
              : numeric ? whole(field, scalar, path) : null;
      case DOUBLE -> numeric ? real(scalar) : null;
      case FLOAT, MESSAGE -> throw new IllegalStateException("no mapping: " + field.field());
    };
  }

  private static boolean isTrue(Scalar scalar) {
    return Boolean.parseBoolean(scalar.text());
  }

  /** Protobuf text is Unicode, and the kernel ends strings at a NUL. */
  private boolean isText(String text, Mark mark, Path path) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        findings.unreadable(path, mark, "holds a NUL character; remove it");
        return false;
      }
      if (Character.isSurrogate(c)) {
        boolean paired =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!paired) {
          findings.unreadable(path, mark, "holds half of a surrogate pair; remove it");
          return false;
        }
        i++;
      }
    }
    return true;
  }

  private @Nullable Object base64(Scalar scalar, Path path) {
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(scalar.text()));
    } catch (IllegalArgumentException notBase64) {
      findings.unreadable(path, scalar.mark(), "is not base64: " + notBase64.getMessage());
      return null;
    }
  }

  private @Nullable Object enumValue(FieldPlan field, Scalar scalar, Path path) {
    EnumNames names = EnumNames.of(field.enumType());
    EnumValueDescriptor value = names.value(scalar.text());
    boolean sayable = source == Source.ANSWERED || !scalar.text().isEmpty();
    if (value != null && sayable) {
      return value;
    }
    String written = Quoting.quoted(scalar.text());
    String meant = Suggestion.nearestOrEnd(scalar.text(), names.writable());
    String help = field.isList() ? field.rules().getHelp() : "";
    String message =
        names.isLater(scalar.text())
            ? written + " is not supported by this release; write " + names.choice()
            : meant != null && names.writable().size() > 1
                ? written + " is not one of " + names.choice() + "; did you mean " + meant + "?"
                : written
                    + " is unknown; write "
                    + names.choice()
                    + (help.isEmpty() ? "" : "; " + help);
    findings.unreadable(path, scalar.mark(), message);
    return null;
  }

  private @Nullable Object quantity(Format format, Scalar scalar, Path path) {
    boolean readable =
        scalar.type() == ScalarType.TEXT
            || (scalar.type() == ScalarType.NUMBER
                && (format == Format.CPU || format == Format.BYTES || scalar.text().equals("0")));
    OptionalLong value = readable ? Quantities.read(format, scalar.text()) : OptionalLong.empty();
    if (value.isPresent()) {
      return value.getAsLong();
    }
    if (scalar.type() == ScalarType.TEXT || scalar.type() == ScalarType.NUMBER) {
      String written =
          scalar.type() == ScalarType.TEXT ? Quoting.quoted(scalar.text()) : scalar.text();
      findings.unreadable(
          path,
          scalar.mark(),
          written + " is not " + Quantities.noun(format) + "; write " + Quantities.wanted(format));
    }
    return null;
  }

  private @Nullable Object whole(FieldPlan field, Scalar scalar, Path path) {
    try {
      var number = new BigDecimal(scalar.text());
      if (field.value().getJavaType() == JavaType.INT) {
        return number.intValueExact();
      }
      return number.longValueExact();
    } catch (NumberFormatException notANumber) {
      return null;
    } catch (ArithmeticException outside) {
      findings.unreadable(
          path,
          scalar.mark(),
          scalar.text() + " is not a whole number in range; " + Limits.range(field));
      return null;
    }
  }

  private static @Nullable Object real(Scalar scalar) {
    try {
      double number = Double.parseDouble(scalar.text());
      return Double.isFinite(number) ? number : null;
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }

  /** What a map holds may be secret, so its values are never repeated. */
  private void mistyped(FieldPlan field, Tree tree, String wanted, Path path) {
    String described =
        field.isMap() && tree instanceof Scalar ? "has the wrong type" : tree.described();
    boolean quotable =
        wanted.equals("text")
            && tree instanceof Scalar scalar
            && !field.isMap()
            && !scalar.isNull();
    String fix = quotable ? "\"" + ((Scalar) tree).text() + "\"" : wanted;
    String help = field.rules().getHelp();
    boolean helpful = !(tree instanceof Scalar) && !help.isEmpty();
    findings.unreadable(
        path, tree.mark(), described + "; write " + fix + (helpful ? "; " + help : ""));
  }
}
