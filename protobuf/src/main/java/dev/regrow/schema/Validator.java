package dev.regrow.schema;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Judges a message by the options of its fields. */
final class Validator {
  private final Findings findings;

  Validator(Findings findings) {
    this.findings = findings;
  }

  void check(Message message, Path path) {
    MessagePlan plan = MessagePlan.of(message.getDescriptorForType());
    for (FieldPlan field : plan.fields()) {
      Path at = path.field(field.name());
      FieldPlan objects = field.isMap() ? plan.objectsIn(field) : null;
      if (objects != null && objects.isSetIn(message)) {
        map(objects, (List<?>) message.getField(objects.field()), at);
      }
      if (field.rules().getReadOnly() || findings.isUnreadable(at)) {
        continue;
      }
      boolean written = findings.isWritten(at) && !field.isEmptyTextOf(message);
      if (field.isSetIn(message) || written) {
        field(field, message, at);
      } else if (field.rules().getRequired()) {
        String help = field.rules().getHelp();
        findings.add(at, "is missing" + (help.isEmpty() ? "" : "; " + help));
      }
    }
    plan.chosen().forEach(oneof -> chosen(oneof, message, path));
  }

  private void chosen(OneofDescriptor oneof, Message message, Path path) {
    boolean tried =
        message.hasOneof(oneof)
            || oneof.getFields().stream()
                .anyMatch(member -> findings.isUnreadable(path.field(member.getJsonName())));
    if (!tried) {
      findings.add(
          path,
          oneof.getFields().stream()
              .map(FieldDescriptor::getJsonName)
              .collect(Collectors.joining(" or ", "has no " + oneof.getName() + "; write ", "")));
    }
  }

  private void field(FieldPlan field, Message message, Path path) {
    Object value = message.getField(field.field());
    if (field.isMap()) {
      map(field, (List<?>) value, path);
    } else if (field.isList()) {
      list(field, (List<?>) value, path);
    } else {
      value(field, value, path);
      report(path, Limits.problem(field, value));
    }
  }

  private void list(FieldPlan field, List<?> values, Path path) {
    report(path, Limits.sizeProblem(field, values.size()));
    var places = findings.places(path, values.size());
    for (int i = 0; i < values.size(); i++) {
      value(field, values.get(i), places.get(i));
      report(places.get(i), Limits.elementProblem(field, values.get(i)));
    }
  }

  private void map(FieldPlan field, List<?> pairs, Path path) {
    report(path, Limits.sizeProblem(field, pairs.size()));
    for (Object pair : pairs) {
      MapEntry<?, ?> entry = (MapEntry<?, ?>) pair;
      Path at = path.field((String) entry.getKey());
      report(at, Limits.keyProblem(field, (String) entry.getKey()));
      value(field, entry.getValue(), at);
      report(at, Limits.elementProblem(field, entry.getValue()));
    }
  }

  private void value(FieldPlan field, Object value, Path path) {
    if (value instanceof Message nested) {
      check(nested, path);
    } else if (value instanceof EnumValueDescriptor known && known.getIndex() < 0) {
      findings.add(
          path, known.getNumber() + " is unknown; use " + EnumNames.of(field.enumType()).choice());
    } else if (value instanceof EnumValueDescriptor known
        && field.rules().getRequired()
        && EnumNames.of(field.enumType()).text(known.getNumber()) == null) {
      findings.add(path, "is missing; write " + EnumNames.of(field.enumType()).choice());
    }
  }

  private void report(Path path, @Nullable String problem) {
    if (problem != null) {
      findings.add(path, problem);
    }
  }
}
