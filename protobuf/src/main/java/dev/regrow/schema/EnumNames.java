package dev.regrow.schema;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import dev.regrow.v1.Options;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** How the values of one enumeration are written outside. */
final class EnumNames {
  private static final Map<EnumDescriptor, EnumNames> NAMES = new ConcurrentHashMap<>();

  private final Map<String, EnumValueDescriptor> values = new LinkedHashMap<>();
  private final Map<Integer, String> texts = new HashMap<>();
  private final List<String> later;

  private EnumNames(EnumDescriptor type) {
    for (EnumValueDescriptor value : type.getValues()) {
      String text = text(value);
      if (text != null) {
        values.put(text, value);
        texts.put(value.getNumber(), text);
      }
    }
    later = type.getOptions().getExtension(Options.laterValue);
  }

  static EnumNames of(EnumDescriptor type) {
    EnumNames known = NAMES.get(type);
    return known != null ? known : NAMES.computeIfAbsent(type, EnumNames::new);
  }

  private static @Nullable String text(EnumValueDescriptor value) {
    if (value.getOptions().hasExtension(Options.text)) {
      return value.getOptions().getExtension(Options.text);
    }
    return value.getNumber() == 0 && value.getName().endsWith("_UNSPECIFIED")
        ? null
        : value.getName().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Nullable EnumValueDescriptor value(String text) {
    return values.get(text);
  }

  /**
   * How it is written; null for a value that says nothing. A number this release does not know:
   * unknown(N).
   */
  @Nullable String text(int number) {
    String text = texts.get(number);
    return text != null || number == 0 ? text : "unknown(" + number + ")";
  }

  /** Whether the contract has this value and this release does not. */
  boolean isLater(String text) {
    return later.contains(text);
  }

  /** What may be written, in the order of declaration. */
  List<String> writable() {
    List<String> writable = new ArrayList<>(values.keySet());
    writable.remove("");
    return writable;
  }

  /** As {@code host or none}. */
  String choice() {
    List<String> all = writable();
    int last = all.size() - 1;
    return last < 1
        ? String.join("", all)
        : String.join(", ", all.subList(0, last)) + " or " + all.get(last);
  }
}
