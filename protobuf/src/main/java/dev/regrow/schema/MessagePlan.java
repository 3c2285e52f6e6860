package dev.regrow.schema;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import dev.regrow.v1.Options;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What is known of one message type, read once from its descriptor and then shared. */
final class MessagePlan {
  private static final Map<Descriptor, MessagePlan> PLANS = new ConcurrentHashMap<>();

  private final List<FieldPlan> fields = new ArrayList<>();
  private final Map<String, FieldPlan> byName = new LinkedHashMap<>();
  private final Map<FieldDescriptor, FieldPlan> objects = new HashMap<>();
  private final List<OneofDescriptor> chosen = new ArrayList<>();
  private final Set<String> later;
  private final boolean defaulted;

  private MessagePlan(Descriptor type) {
    for (FieldDescriptor descriptor : type.getFields()) {
      FieldPlan field = FieldPlan.of(descriptor);
      if (field.rules().getStandsIn().isEmpty()) {
        fields.add(field);
        byName.put(field.name(), field);
      } else {
        objects.put(type.findFieldByName(field.rules().getStandsIn()), field);
      }
    }
    for (OneofDescriptor oneof : type.getRealOneofs()) {
      if (oneof.getOptions().getExtension(Options.exactlyOne)) {
        chosen.add(oneof);
      }
    }
    later = new LinkedHashSet<>(type.getOptions().getExtension(Options.laterField));
    defaulted = type.getOptions().getExtension(Options.defaulted);
  }

  static MessagePlan of(Descriptor type) {
    MessagePlan known = PLANS.get(type);
    return known != null ? known : PLANS.computeIfAbsent(type, MessagePlan::new);
  }

  /** In the order of declaration, without those that stand in others. */
  List<FieldPlan> fields() {
    return fields;
  }

  /** The map of messages that stands in this map of texts, told apart by being objects. */
  @Nullable FieldPlan objectsIn(FieldPlan map) {
    return objects.get(map.field());
  }

  @Nullable FieldPlan field(String name) {
    return byName.get(name);
  }

  Set<String> names() {
    return byName.keySet();
  }

  /** The oneofs of which exactly one member must be set. */
  List<OneofDescriptor> chosen() {
    return chosen;
  }

  /** Whether the contract has this field and this release does not. */
  boolean isLater(String name) {
    return later.contains(name);
  }

  Set<String> later() {
    return later;
  }

  /** Whether an absent message of this type is filled in with its fields' defaults. */
  boolean defaulted() {
    return defaulted;
  }
}
