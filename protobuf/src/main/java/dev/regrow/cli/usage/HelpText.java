package dev.regrow.cli.usage;

import dev.regrow.cli.usage.Usage.Argument;
import dev.regrow.cli.usage.Usage.Option;
import java.util.LinkedHashMap;
import java.util.Map;

/** The help of one command, for a terminal of 80 columns or more. */
final class HelpText {
  private static final int COLUMN_MAX = 30;

  private final Usage usage;
  private final StringBuilder text = new StringBuilder();

  HelpText(Usage usage) {
    this.usage = usage;
  }

  String text() {
    text.append("Usage: regrow ").append(usage.name());
    usage.arguments().forEach(argument -> text.append(' ').append(shape(argument)));
    usage.options().stream()
        .filter(Option::required)
        .forEach(
            option ->
                text.append(' ').append(option.names().get(0)).append(' ').append(option.label()));
    text.append(" [OPTIONS]\n\n").append(usage.description()).append('\n');
    var arguments = new LinkedHashMap<String, String>();
    usage.arguments().forEach(argument -> arguments.put(argument.label(), argument.help()));
    table("Arguments:", arguments);
    var options = new LinkedHashMap<String, String>();
    usage.options().forEach(option -> options.put(left(option), option.help()));
    options.put("-h, --help", "Show this help.");
    table("Options:", options);
    if (!usage.footer().isEmpty()) {
      text.append('\n').append(String.join("\n", usage.footer())).append('\n');
    }
    return text.toString();
  }

  private static String shape(Argument argument) {
    var label = argument.label();
    if (argument.isRepeated() && label.indexOf(' ') < 0) {
      label += "...";
    }
    return argument.least() == 0 ? "[" + label + "]" : label;
  }

  private static String left(Option option) {
    var names = String.join(", ", option.names());
    var aligned = names.startsWith("--") ? "    " + names : names;
    return option.takesValue() ? aligned + " " + option.label() : aligned;
  }

  private void table(String title, Map<String, String> rows) {
    if (rows.isEmpty()) {
      return;
    }
    text.append('\n').append(title).append('\n');
    int width = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
    int column = Math.min(COLUMN_MAX, width);
    rows.forEach(
        (left, right) -> {
          text.append("  ").append(left);
          if (left.length() > column) {
            text.append('\n').append("  ").append(" ".repeat(column));
          } else {
            text.append(" ".repeat(column - left.length()));
          }
          text.append("   ").append(right).append('\n');
        });
  }
}
