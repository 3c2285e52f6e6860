package dev.regrow.schema;

import java.util.List;

/** A text that was read and is not yet understood: the same for JSON and YAML. */
sealed interface Tree {

  /** Where it begins. */
  Mark mark();

  /** What it is, for an error: "is an object". */
  String described();

  record Table(Mark mark, List<Entry> entries) implements Tree {
    @Override
    public String described() {
      return "is an object";
    }
  }

  record Entry(Mark mark, String key, Tree value) {}

  record Items(Mark mark, List<Tree> items) implements Tree {
    @Override
    public String described() {
      return "is a list";
    }
  }

  /**
   * @param substituted it came from a variable, so a number may stand for text and text for a
   *     number
   */
  record Scalar(Mark mark, ScalarType type, String text, boolean substituted) implements Tree {
    @Override
    public String described() {
      return switch (type) {
        case TEXT -> Quoting.quoted(text) + " is text";
        case NUMBER -> text + " is a number";
        case BOOL -> text + " is true or false";
        case NULL -> "is null";
      };
    }

    boolean isNull() {
      return type == ScalarType.NULL;
    }
  }

  enum ScalarType {
    TEXT,
    NUMBER,
    BOOL,
    NULL
  }

  /** Nothing asked for: null, false, 0 or empty. */
  default boolean isEmpty() {
    if (this instanceof Table table) {
      return table.entries().isEmpty();
    }
    if (this instanceof Items items) {
      return items.items().isEmpty();
    }
    Scalar scalar = (Scalar) this;
    return switch (scalar.type()) {
      case NULL -> true;
      case TEXT -> scalar.text().isEmpty();
      case NUMBER -> scalar.text().equals("0");
      case BOOL -> scalar.text().equals("false");
    };
  }
}
