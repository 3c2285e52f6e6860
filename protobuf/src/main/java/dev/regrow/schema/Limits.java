package dev.regrow.schema;

import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import dev.regrow.v1.Format;
import dev.regrow.v1.Rules;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Judges one value by the rules of its field: null when it is fine, else what is wrong with it. */
final class Limits {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern USER = Pattern.compile("([0-9]{1,5})(?::([0-9]{1,5}))?");
  private static final Pattern SIGNAL =
      Pattern.compile(
          "HUP|INT|QUIT|ILL|TRAP|ABRT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|STKFLT|CHLD|CONT|STOP"
              + "|TSTP|TTIN|TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|PWR|SYS");
  private static final Pattern FILE_NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,253}");
  private static final Pattern LABEL_NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
  private static final Pattern LABEL_PREFIX =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

  private Limits() {}

  /** One value of a field that is not a list or map. */
  static @Nullable String problem(FieldPlan field, Object value) {
    return switch (field.value().getJavaType()) {
      case STRING -> text(field, (String) value);
      case INT, LONG -> number(field, ((Number) value).longValue());
      case DOUBLE -> number(field, (Double) value);
      default -> null;
    };
  }

  /** The number of elements of a list or map. */
  static @Nullable String sizeProblem(FieldPlan field, int size) {
    Rules rules = field.rules();
    if (rules.hasMax() && size > rules.getMax()) {
      return "has " + size + " entries; at most " + rules.getMax() + " are allowed";
    }
    return rules.hasMin() && size < rules.getMin()
        ? "has " + size + " entries; at least " + rules.getMin() + " is needed"
        : null;
  }

  /** One element of a list, or value of a map. */
  static @Nullable String elementProblem(FieldPlan field, Object element) {
    if (!(element instanceof String text)) {
      return null;
    }
    if (field.format() == Format.LABELS || field.format() == Format.LABEL_VALUE) {
      return labelValueProblem(text);
    }
    int length = bytes(text);
    return field.rules().hasMaxElement() && length > field.rules().getMaxElement()
        ? "has " + length + " bytes; at most " + field.rules().getMaxElement() + " are allowed"
        : null;
  }

  /** The key of a map. */
  static @Nullable String keyProblem(FieldPlan field, String key) {
    if (field.format() == Format.FILE_NAMES && !FILE_NAME.matcher(key).matches()) {
      return Quoting.quoted(key)
          + " is no key; write 1 to 253 letters, digits, - _ or ., as in a file's name";
    }
    return field.format() == Format.LABELS ? labelKeyProblem(key) : null;
  }

  private static @Nullable String labelKeyProblem(String key) {
    int slash = key.indexOf('/');
    String prefix = key.substring(0, Math.max(0, slash));
    boolean fine =
        LABEL_NAME.matcher(key.substring(slash + 1)).matches()
            && (slash < 0 || (prefix.length() <= 253 && LABEL_PREFIX.matcher(prefix).matches()));
    return fine
        ? null
        : Quoting.quoted(key)
            + " is not a label's key; write up to 63 letters, digits, - _ or ., after an optional DNS"
            + " prefix and /";
  }

  private static @Nullable String labelValueProblem(String value) {
    return value.isEmpty() || LABEL_NAME.matcher(value).matches()
        ? null
        : Quoting.quoted(value)
            + " is not a label's value; write up to 63 letters, digits, - _ or .";
  }

  private static @Nullable String text(FieldPlan field, String text) {
    Rules rules = field.rules();
    int length = bytes(text);
    if (rules.hasMax() && length > rules.getMax()) {
      return "has " + length + " bytes; at most " + rules.getMax() + " are allowed";
    }
    if (rules.hasMin() && length < rules.getMin()) {
      return "has " + length + " bytes; at least " + rules.getMin() + " are needed";
    }
    if (text.indexOf('\0') >= 0) {
      return "holds a NUL character; remove it";
    }
    if (text.isEmpty() && rules.getMayBeEmpty()) {
      return null;
    }
    String problem =
        field.format() == Format.LABEL_KEY
            ? labelKeyProblem(text)
            : formatProblem(field.format(), text);
    if (problem != null) {
      return problem;
    }
    return rules.getPattern().isEmpty() || matches(rules.getPattern(), text)
        ? null
        : Quoting.quoted(text) + " is refused; " + rules.getHelp();
  }

  private static boolean matches(String pattern, String text) {
    return Pattern.compile(pattern, Pattern.DOTALL).matcher(text).matches();
  }

  private static @Nullable String formatProblem(Format format, String text) {
    String wanted =
        switch (format) {
          case NAME ->
              NAME.matcher(text).matches()
                  ? null
                  : "is not a name; write 1 to 63 of a-z, 0-9 and -, beginning and ending with a"
                      + " letter or digit";
          case PATH -> isPath(text) ? null : "is not a path; write an absolute one without ..";
          case USER -> isUser(text) ? null : "is not a user; write UID or UID:GID, each 0 to 65535";
          case SIGNAL ->
              SIGNAL.matcher(text).matches() ? null : "is not a signal; write TERM, INT, USR1, ...";
          default -> null;
        };
    return wanted == null ? null : Quoting.quoted(text) + " " + wanted;
  }

  private static boolean isPath(String text) {
    return text.startsWith("/") && text.indexOf('\n') < 0 && !("/" + text + "/").contains("/../");
  }

  private static boolean isUser(String text) {
    var parts = USER.matcher(text);
    return parts.matches()
        && Integer.parseInt(parts.group(1)) <= 65535
        && (parts.group(2) == null || Integer.parseInt(parts.group(2)) <= 65535);
  }

  private static @Nullable String number(FieldPlan field, long value) {
    Rules rules = field.rules();
    boolean outside =
        (rules.hasMin() && value < rules.getMin()) || (rules.hasMax() && value > rules.getMax());
    return outside
        ? Quantities.write(field.format(), value) + " is out of range; " + range(field)
        : null;
  }

  private static @Nullable String number(FieldPlan field, double value) {
    Rules rules = field.rules();
    boolean outside =
        !Double.isFinite(value)
            || (rules.hasMin() && value < rules.getMin())
            || (rules.hasMax() && value > rules.getMax());
    return outside ? value + " is out of range; " + range(field) : null;
  }

  /** As {@code write 1 to 65535}. */
  static String range(FieldPlan field) {
    Rules rules = field.rules();
    boolean small = field.value().getJavaType() == JavaType.INT;
    long min = rules.hasMin() ? rules.getMin() : small ? Integer.MIN_VALUE : Long.MIN_VALUE;
    long max = rules.hasMax() ? rules.getMax() : small ? Integer.MAX_VALUE : Long.MAX_VALUE;
    return "write "
        + Quantities.write(field.format(), min)
        + " to "
        + Quantities.write(field.format(), max);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
