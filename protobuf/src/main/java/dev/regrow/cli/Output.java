package dev.regrow.cli;

import com.google.protobuf.Message;
import dev.regrow.cli.usage.Usage;
import dev.regrow.schema.Schema;
import java.util.List;
import java.util.function.Function;

/** The option {@code -o}. */
public final class Output {

  /** How to show objects. */
  public enum Form {
    TABLE,
    WIDE,
    JSON,
    YAML,
    NAME
  }

  private Form form = Form.TABLE;

  /** Adds the option to a command's own. */
  public void declare(Usage usage) {
    usage.option(
        "-o, --output",
        "FORM",
        "table, wide, json, yaml or name (default: table).",
        text -> form = formOf(text));
  }

  private static Form formOf(String text) {
    for (var each : Form.values()) {
      if (each.name().equalsIgnoreCase(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "there is no form \"" + text + "\"; it is table, wide, json, yaml or name");
  }

  public Form form() {
    return form;
  }

  /** For people, not for programs. */
  public boolean isTable() {
    return form == Form.TABLE || form == Form.WIDE;
  }

  public boolean isWide() {
    return form == Form.WIDE;
  }

  /** Shows one object; only for the forms that are no table. */
  public <T extends Message> void show(Terminal terminal, T object, Function<T, String> name) {
    switch (form) {
      case JSON -> terminal.out().print(Schema.toPrettyJson(object));
      case YAML -> terminal.out().print(Schema.toYaml(object));
      case NAME -> terminal.print(name.apply(object));
      case TABLE, WIDE -> throw new IllegalStateException("a table is made by its command");
    }
  }

  /** Shows several objects, one after the other: YAML documents, JSON values, names. */
  public <T extends Message> void showEach(
      Terminal terminal, List<T> objects, Function<T, String> name) {
    for (int i = 0; i < objects.size(); i++) {
      if (form == Form.YAML && i > 0) {
        terminal.print("---");
      }
      show(terminal, objects.get(i), name);
    }
  }
}
